"""Departments: their names, and their place on a map of tiles where all have the same size.

The map is schematic (the row, then the column, from the north-west): neighbours touch where they can, islands and
overseas stand apart.  Names and codes are INSEE's (code officiel géographique 2021).
"""

TILES: dict[str, tuple[str, int, int]] = {
    "62": ("Pas-de-Calais", 0, 5), "59": ("Nord", 0, 6),
    "50": ("Manche", 1, 2), "76": ("Seine-Maritime", 1, 4), "80": ("Somme", 1, 5), "02": ("Aisne", 1, 6),
    "08": ("Ardennes", 1, 7),
    "29": ("Finistère", 2, 0), "22": ("Côtes-d’Armor", 2, 1), "14": ("Calvados", 2, 3), "27": ("Eure", 2, 4),
    "60": ("Oise", 2, 5), "95": ("Val-d’Oise", 2, 6), "51": ("Marne", 2, 7), "55": ("Meuse", 2, 8),
    "54": ("Meurthe-et-Moselle", 2, 9), "57": ("Moselle", 2, 10), "67": ("Bas-Rhin", 2, 11),
    "56": ("Morbihan", 3, 1), "35": ("Ille-et-Vilaine", 3, 2), "53": ("Mayenne", 3, 3), "61": ("Orne", 3, 4),
    "78": ("Yvelines", 3, 5), "92": ("Hauts-de-Seine", 3, 6), "93": ("Seine-Saint-Denis", 3, 7),
    "77": ("Seine-et-Marne", 3, 8), "10": ("Aube", 3, 9), "88": ("Vosges", 3, 10), "68": ("Haut-Rhin", 3, 11),
    "44": ("Loire-Atlantique", 4, 2), "49": ("Maine-et-Loire", 4, 3), "72": ("Sarthe", 4, 4),
    "28": ("Eure-et-Loir", 4, 5), "91": ("Essonne", 4, 6), "75": ("Paris", 4, 7), "94": ("Val-de-Marne", 4, 8),
    "52": ("Haute-Marne", 4, 9), "70": ("Haute-Saône", 4, 10), "90": ("Territoire de Belfort", 4, 11),
    "85": ("Vendée", 5, 2), "79": ("Deux-Sèvres", 5, 3), "37": ("Indre-et-Loire", 5, 4),
    "41": ("Loir-et-Cher", 5, 5), "45": ("Loiret", 5, 6), "89": ("Yonne", 5, 7), "21": ("Côte-d’Or", 5, 8),
    "39": ("Jura", 5, 9), "25": ("Doubs", 5, 10),
    "17": ("Charente-Maritime", 6, 2), "16": ("Charente", 6, 3), "86": ("Vienne", 6, 4), "36": ("Indre", 6, 5),
    "18": ("Cher", 6, 6), "58": ("Nièvre", 6, 7), "71": ("Saône-et-Loire", 6, 8), "01": ("Ain", 6, 9),
    "74": ("Haute-Savoie", 6, 10),
    "33": ("Gironde", 7, 2), "24": ("Dordogne", 7, 3), "87": ("Haute-Vienne", 7, 4), "23": ("Creuse", 7, 5),
    "03": ("Allier", 7, 6), "42": ("Loire", 7, 7), "69": ("Rhône", 7, 8), "38": ("Isère", 7, 9),
    "73": ("Savoie", 7, 10),
    "40": ("Landes", 8, 2), "47": ("Lot-et-Garonne", 8, 3), "46": ("Lot", 8, 4), "19": ("Corrèze", 8, 5),
    "15": ("Cantal", 8, 6), "63": ("Puy-de-Dôme", 8, 7), "43": ("Haute-Loire", 8, 8), "26": ("Drôme", 8, 9),
    "05": ("Hautes-Alpes", 8, 10),
    "64": ("Pyrénées-Atlantiques", 9, 1), "32": ("Gers", 9, 3), "82": ("Tarn-et-Garonne", 9, 4),
    "12": ("Aveyron", 9, 5), "48": ("Lozère", 9, 6), "07": ("Ardèche", 9, 7), "84": ("Vaucluse", 9, 8),
    "04": ("Alpes-de-Haute-Provence", 9, 9), "06": ("Alpes-Maritimes", 9, 10),
    "65": ("Hautes-Pyrénées", 10, 2), "31": ("Haute-Garonne", 10, 3), "81": ("Tarn", 10, 4), "34": ("Hérault", 10, 5),
    "30": ("Gard", 10, 6), "13": ("Bouches-du-Rhône", 10, 7), "83": ("Var", 10, 8), "2B": ("Haute-Corse", 10, 11),
    "09": ("Ariège", 11, 3), "66": ("Pyrénées-Orientales", 11, 4), "11": ("Aude", 11, 5),
    "2A": ("Corse-du-Sud", 11, 11),
    "971": ("Guadeloupe", 4, 0), "972": ("Martinique", 5, 0), "973": ("Guyane", 6, 0), "974": ("La Réunion", 7, 0),
    "976": ("Mayotte", 8, 0), "975": ("Saint-Pierre-et-Miquelon", 0, 0), "977": ("Saint-Barthélemy", 9, 0),
    "978": ("Saint-Martin", 10, 0), "986": ("Wallis-et-Futuna", 11, 0), "987": ("Polynésie française", 12, 0),
    "988": ("Nouvelle-Calédonie", 12, 1),
}  # fmt: skip

NAMES = {code: name for code, (name, _, _) in TILES.items()}


def departement_of(insee_code: str) -> str:
    """Return the department of a commune's INSEE code: three signs overseas, two elsewhere."""
    return insee_code[:3] if insee_code.startswith(("97", "98")) else insee_code[:2].upper()
