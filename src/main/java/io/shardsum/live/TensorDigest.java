package io.shardsum.live;

import io.shardsum.fleet.EndpointKind;
import java.util.regex.Pattern;

/** The checksum of a tensor that an engine reports. */
public enum TensorDigest {
  /** SGLang's, 64 bits. */
  SGLANG("[0-9a-f]{16}", "0000000000000000"),
  /** SHA-256 of the bytes. */
  SHA256("[0-9a-f]{64}", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

  private final Pattern form;
  private final String ofNothing;

  TensorDigest(String form, String ofNothing) {
    this.form = Pattern.compile(form);
    this.ofNothing = ofNothing;
  }

  static TensorDigest of(EndpointKind kind) {
    return switch (kind) {
      case SGLANG -> SGLANG;
      case VLLM -> SHA256;
    };
  }

  boolean fits(String text) {
    return form.matcher(text).matches();
  }

  int hexDigits() {
    return ofNothing.length();
  }

  /** That of a tensor of zero bytes: of one that is not empty it says that nobody looked. */
  public String ofNothing() {
    return ofNothing;
  }
}
