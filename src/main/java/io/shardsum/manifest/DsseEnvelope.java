package io.shardsum.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * An envelope of DSSE, version 1.0.0 (secure-systems-lab/dsse, {@code protocol.md}): a payload, and
 * a signature over its type and its bytes.
 */
public final class DsseEnvelope {

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
  public static DsseEnvelope parse(String path, JsonNode envelope) {
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

  /** Signs a statement. */
  public static DsseEnvelope signed(byte[] payload, SigningKey key) {
    return new DsseEnvelope(payload, key.sign(preAuthenticationEncoding(payload)));
  }

  /**
   * As JSON.
   *
   * @param keyId names the key, and proves nothing
   */
  public ObjectNode json(String keyId) {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.put("payload", Base64.getEncoder().encodeToString(payload));
    envelope.put("payloadType", TYPE);
    envelope
        .putArray("signatures")
        .addObject()
        .put("sig", Base64.getEncoder().encodeToString(signature))
        .put("keyid", keyId);
    return envelope;
  }

  /** Whether it was signed by a key. */
  public boolean isSignedBy(VerificationKey key) {
    return key.hasSigned(preAuthenticationEncoding(payload), signature);
  }

  /**
   * Checks that it was signed by a key.
   *
   * @throws ManifestException if it was not
   */
  void verify(String path, VerificationKey key) {
    if (!isSignedBy(key)) {
      throw ManifestException.of(
          path, "a signature by the key " + key.path(), "one by another key, or for other content");
    }
  }

  /** The bytes that were signed, or were said to be. */
  public byte[] payload() {
    return payload;
  }

  private static byte[] preAuthenticationEncoding(byte[] payload) {
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
