"""An instance of Sigstore with keys of its own: the certificate authority, the logs, and the trust in them."""

import base64
import datetime
import hashlib
import http.server
import json
import struct
import threading

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ISSUER, ISSUER_AS_TEXT = ObjectIdentifier("1.3.6.1.4.1.57264.1.8"), ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
START = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
LOG = "log.made-up"
LOGIN = "https://login.made-up"


def base64_of(content):
    return base64.b64encode(content).decode()


def der(key_or_certificate):
    if isinstance(key_or_certificate, x509.Certificate):
        return key_or_certificate.public_bytes(serialization.Encoding.DER)
    return key_or_certificate.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


class Log:
    """A key of a log, which has one entry at a time."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(der(self.key.public_key())).digest()

    def sign(self, content):
        return self.key.sign(content, ec.ECDSA(hashes.SHA256()))

    def trust(self):
        return {
            "baseUrl": f"https://{LOG}",
            "hashAlgorithm": "SHA2_256",
            "publicKey": {
                "rawBytes": base64_of(der(self.key.public_key())),
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "validFor": {"start": START.isoformat().replace("+00:00", "Z")},
            },
            "logId": {"keyId": base64_of(self.id)},
        }


class Instance:
    """Certificates and entries over HTTP on this machine, while it is open.

    late: by how much the log's time is behind that of certificates
    """

    def __init__(self, late=datetime.timedelta(0)):
        self.authority_key = ec.generate_private_key(ec.SECP256R1())
        self.certificates, self.entries, self.late = Log(), Log(), late
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made-up"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "made-up")])
        self.root = (
            self.certificate(self.name, self.authority_key.public_key(), START, START + datetime.timedelta(days=20_000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(self.usage(key_cert_sign=True), critical=True)
            .sign(self.authority_key, hashes.SHA256())
        )
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def certificate(self, subject, key, start, end):
        builder = x509.CertificateBuilder().issuer_name(self.name).subject_name(subject).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority_key.public_key()), critical=False
        )

    @staticmethod
    def usage(**allowed):
        names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                 "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]  # fmt: skip
        return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})

    def issue(self, key, claims):
        """A certificate for a few minutes, with the timestamp of the log of certificates (RFC 6962)."""
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        issuer = claims["iss"].encode()
        builder = (
            self.certificate(x509.Name([]), key, now, now + datetime.timedelta(minutes=10))
            .add_extension(self.usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(claims["sub"])]), critical=True)
            .add_extension(x509.UnrecognizedExtension(ISSUER_AS_TEXT, issuer), critical=False)
            .add_extension(x509.UnrecognizedExtension(ISSUER, bytes([0x0C, len(issuer)]) + issuer), critical=False)
        )
        logged = builder.sign(self.authority_key, hashes.SHA256()).tbs_certificate_bytes
        milliseconds = int(now.timestamp() * 1000)
        authority = hashlib.sha256(der(self.authority_key.public_key())).digest()
        signed = struct.pack("!BBQH", 0, 0, milliseconds, 1) + authority + len(logged).to_bytes(3, "big") + logged + b"\0\0"
        signature = self.certificates.sign(signed)
        sct = b"\0" + self.certificates.id + struct.pack("!QHBBH", milliseconds, 0, 4, 3, len(signature)) + signature
        listed = struct.pack("!HH", len(sct) + 2, len(sct)) + sct
        octets = bytes([0x04, len(listed)]) + listed
        return builder.add_extension(x509.UnrecognizedExtension(SCT_LIST, octets), critical=False).sign(
            self.authority_key, hashes.SHA256()
        )

    def log(self, proposed):
        """The entry of an envelope, as a log with no other has it."""
        content = proposed["spec"]["proposedContent"]
        envelope = json.loads(content["envelope"])
        body = json.dumps(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(content["envelope"].encode()).hexdigest()},
                    "payloadHash": {
                        "algorithm": "sha256",
                        "value": hashlib.sha256(base64.b64decode(envelope["payload"])).hexdigest(),
                    },
                    "signatures": [{"signature": envelope["signatures"][0]["sig"], "verifier": content["verifiers"][0]}],
                },
            },
            separators=(",", ":"),
        ).encode()
        root = hashlib.sha256(b"\0" + body).digest()
        note = f"{LOG}\n1\n{base64_of(root)}\n"
        signature = base64_of(self.entries.id[:4] + self.entries.sign(note.encode()))
        entry = {
            "body": base64_of(body),
            "integratedTime": int((datetime.datetime.now(datetime.UTC) + self.late).timestamp()),
            "logID": self.entries.id.hex(),
            "logIndex": 0,
        }
        promise = self.entries.sign(json.dumps(entry, separators=(",", ":"), sort_keys=True).encode())
        entry["verification"] = {
            "inclusionProof": {
                "checkpoint": f"{note}\n— {LOG} {signature}\n", "hashes": [], "logIndex": 0, "rootHash": root.hex(), "treeSize": 1,
            },
            "signedEntryTimestamp": base64_of(promise),
        }  # fmt: skip
        return {root.hex(): entry}

    def handler(self):
        instance = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, content):
                answered = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answered)))
                self.end_headers()
                self.wfile.write(answered)

            def do_GET(self):
                self.answer({"authorization_endpoint": instance.url, "token_endpoint": instance.url})

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if "certificateSigningRequest" in asked:
                    request = x509.load_pem_x509_csr(base64.b64decode(asked["certificateSigningRequest"]))
                    token = self.headers["Authorization"].removeprefix("Bearer ")
                    claims = jwt.decode(token, options={"verify_signature": False})
                    chain = [pem(instance.issue(request.public_key(), claims)), pem(instance.root)]
                    self.answer({"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}})
                else:
                    self.answer(instance.log(asked))

            def log_message(self, *_):
                pass

        return Handler

    def token(self, identity):
        """As a login gives it."""
        now = int(datetime.datetime.now(datetime.UTC).timestamp())
        claims = {"aud": "sigstore", "sub": identity, "iss": LOGIN, "iat": now, "exp": now + 600}
        return jwt.encode(claims, "0" * 32)

    def trusted_root(self):
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self.entries.trust()],
            "certificateAuthorities": [
                {
                    "subject": {"organization": "made-up", "commonName": "made-up"},
                    "uri": "https://authority.made-up",
                    "certChain": {"certificates": [{"rawBytes": base64_of(der(self.root))}]},
                    "validFor": {"start": "2020-01-01T00:00:00Z"},
                }
            ],
            "ctlogs": [self.certificates.trust()],
        }

    def trust_config(self):
        """What model_signing is given."""
        service = [
            {"url": self.url, "majorApiVersion": 1, "validFor": {"start": "2020-01-01T00:00:00Z"}, "operator": "made-up"}
        ]
        return {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": self.trusted_root(),
            "signingConfig": {
                "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                "caUrls": service,
                "oidcUrls": service,
                "rekorTlogUrls": service,
                "rekorTlogConfig": {"selector": "ANY"},
                "tsaConfig": {"selector": "ANY"},
            },
        }
