"""The authority's folder (keys, certificates, serial number) and its one act, both by ``openssl``."""

import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

_CONFIGURATION = """
[tsa_config]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.55555.1.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256

[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash

[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[req]
distinguished_name = name
[name]
"""
_DAYS = "3650"


class NoOpenssl(RuntimeError):
    """This machine has no ``openssl``: the authority cannot be."""


def openssl() -> str:
    """Return the path of ``openssl``.  Raises :class:`NoOpenssl`."""
    found = shutil.which("openssl")
    if found is None:
        raise NoOpenssl("openssl is missing")
    return found


@dataclass(frozen=True)
class Authority:
    """One authority, whole in ``folder``; :meth:`prepare` makes what is missing."""

    folder: Path

    @property
    def root(self) -> Path:
        """The certificate to believe."""
        return self.folder / "root.pem"

    def prepare(self) -> None:
        """Make a root, a signer under it and the configuration, once.  Raises :class:`NoOpenssl`."""
        if (self.folder / "serial").exists():
            return
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._configuration.write_text(_CONFIGURATION.format(folder=self.folder))
        fresh = ["req", "-newkey", "rsa:2048", "-noenc", "-sha256", "-config", str(self._configuration)]
        root = [
            "-x509",
            "-extensions",
            "authority",
            "-days",
            _DAYS,
            "-keyout",
            self._file("root.key"),
            "-out",
            str(self.root),
        ]
        self._run(*fresh, *root, "-subj", "/C=FR/CN=Horodatage de démonstration, racine", "-utf8")
        asked = ["-keyout", self._file("signer.key"), "-out", self._file("signer.csr")]
        self._run(*fresh, *asked, "-subj", "/C=FR/CN=Horodatage de démonstration", "-utf8")
        under = ["-CA", str(self.root), "-CAkey", self._file("root.key"), "-CAcreateserial", "-days", _DAYS]
        extensions = ["-extfile", str(self._configuration), "-extensions", "signer"]
        self._run(
            "x509", "-req", "-in", self._file("signer.csr"), "-out", self._file("signer.pem"), *under, *extensions
        )
        (self.folder / "serial").write_text("01\n")

    @property
    def _configuration(self) -> Path:
        return self.folder / "tsa.cnf"

    def _file(self, name: str) -> str:
        return str(self.folder / name)

    def _run(self, *arguments: str) -> None:
        subprocess.run([openssl(), *arguments], check=True, capture_output=True)

    def answer(self, query: bytes) -> bytes:
        """Return the answer to a question of RFC 3161, a refusal included."""
        with _SERIAL, tempfile.TemporaryDirectory() as place:
            asked, told = Path(place, "query"), Path(place, "reply")
            asked.write_bytes(query)
            reply = ["ts", "-reply", "-config", str(self._configuration), "-section", "tsa_config"]
            self._run(*reply, "-queryfile", str(asked), "-out", str(told))
            return told.read_bytes()


_SERIAL = threading.Lock()
