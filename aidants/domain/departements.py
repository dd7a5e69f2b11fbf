"""The departments of France, and the place of each on a grid of tiles: one square each, roughly where it lies.

A map of outlines weighs a hundred times more and makes Paris invisible.  Codes and names are INSEE's (COG 2024);
collectivities overseas stand with the departments, because structures stand there too.
"""

_NAMES = """
01 Ain|02 Aisne|03 Allier|04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|07 Ardèche|08 Ardennes
09 Ariège|10 Aube|11 Aude|12 Aveyron|13 Bouches-du-Rhône|14 Calvados|15 Cantal|16 Charente|17 Charente-Maritime
18 Cher|19 Corrèze|2A Corse-du-Sud|2B Haute-Corse|21 Côte-d’Or|22 Côtes-d’Armor|23 Creuse|24 Dordogne|25 Doubs
26 Drôme|27 Eure|28 Eure-et-Loir|29 Finistère|30 Gard|31 Haute-Garonne|32 Gers|33 Gironde|34 Hérault
35 Ille-et-Vilaine|36 Indre|37 Indre-et-Loire|38 Isère|39 Jura|40 Landes|41 Loir-et-Cher|42 Loire|43 Haute-Loire
44 Loire-Atlantique|45 Loiret|46 Lot|47 Lot-et-Garonne|48 Lozère|49 Maine-et-Loire|50 Manche|51 Marne
52 Haute-Marne|53 Mayenne|54 Meurthe-et-Moselle|55 Meuse|56 Morbihan|57 Moselle|58 Nièvre|59 Nord|60 Oise|61 Orne
62 Pas-de-Calais|63 Puy-de-Dôme|64 Pyrénées-Atlantiques|65 Hautes-Pyrénées|66 Pyrénées-Orientales|67 Bas-Rhin
68 Haut-Rhin|69 Rhône|70 Haute-Saône|71 Saône-et-Loire|72 Sarthe|73 Savoie|74 Haute-Savoie|75 Paris
76 Seine-Maritime|77 Seine-et-Marne|78 Yvelines|79 Deux-Sèvres|80 Somme|81 Tarn|82 Tarn-et-Garonne|83 Var
84 Vaucluse|85 Vendée|86 Vienne|87 Haute-Vienne|88 Vosges|89 Yonne|90 Territoire de Belfort|91 Essonne
92 Hauts-de-Seine|93 Seine-Saint-Denis|94 Val-de-Marne|95 Val-d’Oise|971 Guadeloupe|972 Martinique|973 Guyane
974 La Réunion|975 Saint-Pierre-et-Miquelon|976 Mayotte|977 Saint-Barthélemy|978 Saint-Martin
986 Wallis-et-Futuna|987 Polynésie française|988 Nouvelle-Calédonie
"""
_GRID = """
 .   .   .   .   .   .   62  59  .   .   .   .
 .   .   .   .   76  80  02  08  .   .   .   .
 .   .   50  14  27  95  60  51  55  57  67  .
 .   22  35  61  78  92  93  77  10  54  88  68
 29  56  53  72  28  75  94  89  52  70  90  .
 .   44  49  37  41  91  45  58  21  25  .   .
 .   85  79  86  36  18  03  71  39  01  74  .
 .   17  16  87  23  63  42  69  38  73  .   .
 .   33  24  19  15  43  07  26  05  .   .   .
 .   40  47  46  12  48  30  84  04  06  .   2B
 64  32  82  81  34  13  83  .   .   .   .   2A
 .   65  31  11  66  .   .   .   .   .   .   .
 .   .   09  .   .   .   .   .   .   .   .   .
 971 972 973 974 976 975 977 978 986 987 988 .
"""

DEPARTEMENTS: dict[str, str] = {
    code: name for code, _, name in (entry.partition(" ") for entry in _NAMES.replace("\n", "|").split("|")) if code
}
# code -> (column, row), from the top left.
TILES: dict[str, tuple[int, int]] = {
    code: (column, row)
    for row, line in enumerate(_GRID.strip("\n").splitlines())
    for column, code in enumerate(line.split())
    if code != "."
}


def departement_of(insee_code: str) -> str:
    """Return the department of a commune's INSEE code; empty when there is none of that name."""
    code = insee_code[:3] if insee_code.startswith(("97", "98")) else insee_code[:2]
    return code if code in DEPARTEMENTS else ""
