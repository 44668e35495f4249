package io.shardsum.manifest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A private key of the curve P-256, which signs with ECDSA and SHA-256. No message, and no text of
 * it, has anything of the key or its passphrase.
 */
public final class SigningKey {

  private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
  private static final String NOT_PBES2 = "one that is not encrypted by PBES2";
  private static final String SEC1 = "EC PRIVATE KEY";
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN ((?:EC |ENCRYPTED )?PRIVATE KEY)-----(.+?)-----END \\1-----", Pattern.DOTALL);

  /** The order of P-256 (SEC 2, section 2.4.2). */
  private static final BigInteger ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  /** What RFC 5208 has before a key of P-256: version 0, id-ecPublicKey, prime256v1. */
  private static final byte[] BEFORE_SEC1 =
      HexFormat.of().parseHex("020100301306072a8648ce3d020106082a8648ce3d030107");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int LONG_LENGTH = 0x80;
  private static final int MOST_BYTES = 0xff;

  private final ECPrivateKey key;
  private final ECPublicKey publicKey;

  private SigningKey(ECPrivateKey key, ECPublicKey publicKey) {
    this.key = key;
    this.publicKey = publicKey;
  }

  /**
   * Reads PEM, as OpenSSL writes it: PKCS #8, encrypted or not, or SEC 1.
   *
   * @param path of the key, for messages
   * @param passphrase of an encrypted key
   * @throws ManifestException if it is no such key, or the passphrase is another
   */
  public static SigningKey parse(String path, String pem, Optional<String> passphrase) {
    Matcher block = PEM.matcher(pem);
    if (!block.find()) {
      throw unusable(path, pem.contains("PUBLIC KEY-----") ? "a public key" : "none");
    }
    if (block.group(2).contains("Proc-Type:")) {
      throw unusable(
          path,
          "one encrypted in an old form, which `openssl pkcs8 -topk8 -in KEY -out NEW` converts");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      PKCS8EncodedKeySpec spec =
          switch (block.group(1)) {
            case ENCRYPTED -> decrypted(path, der, passphrase);
            case SEC1 -> new PKCS8EncodedKeySpec(pkcs8(der));
            default -> new PKCS8EncodedKeySpec(der);
          };
      if (KeyFactory.getInstance("EC").generatePrivate(spec) instanceof ECPrivateKey ec
          && ec.getParams().getOrder().equals(ORDER)) {
        if (ec.getS().signum() <= 0 || ec.getS().compareTo(ORDER) >= 0) {
          throw unusable(path, "another");
        }
        return new SigningKey(ec, publicKey(ec));
      }
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw unusable(path, "another"); // without the cause: it may have bytes of the key
    }
    throw unusable(path, "one of another curve");
  }

  private static ManifestException unusable(String path, String found) {
    return new ManifestException(
        "Cannot sign with %s: expected a private key in PEM (EC, P-256), found %s"
            .formatted(path, found));
  }

  private static PKCS8EncodedKeySpec decrypted(String path, byte[] der, Optional<String> passphrase)
      throws GeneralSecurityException, IOException {
    if (passphrase.isEmpty()) {
      throw unusable(path, "an encrypted one: give its passphrase by --passphrase-env NAME");
    }
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(passphrase.get())) {
      throw unusable(
          path,
          "an encrypted one and a passphrase that is not ASCII: `openssl pkcs8 -topk8 -in KEY -out NEW` gives it another");
    }
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
    try {
      // Java names the scheme of PBES2 by the text of its parameters alone.
      AlgorithmParameters parameters = info.getAlgParameters();
      if (parameters == null) {
        throw unusable(path, NOT_PBES2);
      }
      String scheme = parameters.toString();
      Key secret =
          SecretKeyFactory.getInstance(scheme)
              .generateSecret(new PBEKeySpec(passphrase.get().toCharArray()));
      Cipher cipher = Cipher.getInstance(scheme);
      cipher.init(Cipher.DECRYPT_MODE, secret, parameters);
      return info.getKeySpec(cipher);
    } catch (InvalidKeySpecException e) {
      throw unusable(path, "one that its passphrase does not decrypt");
    } catch (GeneralSecurityException e) {
      throw unusable(path, NOT_PBES2);
    }
  }

  /** What SEC 1 has of a key, as PKCS #8 (RFC 5208, RFC 5915). */
  private static byte[] pkcs8(byte[] sec1) throws IOException {
    return der(SEQUENCE, BEFORE_SEC1, der(OCTET_STRING, sec1));
  }

  private static byte[] der(int tag, byte[]... parts) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.write(part);
    }
    if (content.size() > MOST_BYTES) {
      throw new IOException("longer than any key of P-256");
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tag);
    if (content.size() >= LONG_LENGTH) {
      all.write(LONG_LENGTH | 1);
    }
    all.write(content.size());
    content.writeTo(all);
    return all.toByteArray();
  }

  /**
   * The public key of a private one, which Java does not tell: a key agreement with the curve's
   * base point has its x, and the equation of the curve two values of y.
   */
  private static ECPublicKey publicKey(ECPrivateKey key) throws GeneralSecurityException {
    ECParameterSpec params = key.getParams();
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(key);
    agreement.doPhase(publicKey(params.getGenerator(), params), true);
    BigInteger x = new BigInteger(1, agreement.generateSecret());
    EllipticCurve curve = params.getCurve();
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    BigInteger square = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p);
    BigInteger y = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p); // p is 3 modulo 4
    byte[] content = {0};
    for (BigInteger either : List.of(y, p.subtract(y))) {
      ECPublicKey candidate = publicKey(new ECPoint(x, either), params);
      SigningKey pair = new SigningKey(key, candidate);
      if (pair.verificationKey("").hasSigned(content, pair.sign(content))) {
        return candidate;
      }
    }
    throw new GeneralSecurityException("no such point");
  }

  private static ECPublicKey publicKey(ECPoint point, ECParameterSpec params)
      throws GeneralSecurityException {
    return (ECPublicKey)
        KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, params));
  }

  /** Signs with ECDSA over SHA-256; the signature is in DER. */
  byte[] sign(byte[] content) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(key);
      signer.update(content);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A key of P-256 signs", e);
    }
  }

  /** The key that verifies what this one signs. */
  public VerificationKey verificationKey(String path) {
    return new VerificationKey(path, publicKey);
  }

  /** The SHA-256 of the public key in PEM, by which {@code model_signing} names a key. */
  public String hint() {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(publicKey.getEncoded());
    return DigestUtils.sha256Hex(
        "-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n");
  }

  @Override
  public String toString() {
    return "a private key";
  }
}
