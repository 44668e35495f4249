package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * An envelope of DSSE, version 1.0.0 (secure-systems-lab/dsse, {@code protocol.md}): a payload, and
 * a signature over its type and its bytes.
 */
final class DsseEnvelope {

  private static final String TYPE = "application/vnd.in-toto+json";

  private final byte[] payload;
  private final byte[] signature;

  private DsseEnvelope(byte[] payload, byte[] signature) {
    this.payload = payload;
    this.signature = signature;
  }

  /**
   * Reads, and verifies nothing.
   *
   * @throws ManifestException if it is not one of an in-toto statement with one signature
   */
  static DsseEnvelope parse(String path, JsonNode envelope) {
    String type = envelope.path("payloadType").asText();
    if (!type.equals(TYPE)) {
      throw ManifestException.of(path, "an envelope of " + TYPE, "one of `" + type + "`");
    }
    JsonNode signatures = envelope.path("signatures");
    if (signatures.size() != 1) {
      throw ManifestException.of(
          path, "one signature", Integer.toString(signatures.size()) + " of them");
    }
    return new DsseEnvelope(
        bytes(path, envelope.path("payload")), bytes(path, signatures.get(0).path("sig")));
  }

  private static byte[] bytes(String path, JsonNode base64) {
    try {
      return Base64.getDecoder().decode(base64.asText());
    } catch (IllegalArgumentException e) {
      throw ManifestException.of(path, "payload and signature in base64", "something else");
    }
  }

  /**
   * Checks that it was signed by a key.
   *
   * @throws ManifestException if it was not
   */
  void verify(String path, SigningKey key) {
    if (!key.hasSigned(preAuthenticationEncoding(), signature)) {
      throw ManifestException.of(
          path, "a signature by the key " + key.path(), "one that is not, or of other content");
    }
  }

  /** The bytes that were signed, or were said to be. */
  byte[] payload() {
    return payload;
  }

  private byte[] preAuthenticationEncoding() {
    byte[] head =
        String.join(
                " ",
                "DSSEv1",
                Integer.toString(TYPE.length()),
                TYPE,
                Integer.toString(payload.length),
                "")
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + payload.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(payload, 0, all, head.length, payload.length);
    return all;
  }
}
