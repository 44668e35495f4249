package io.shardsum.live;

import io.shardsum.fleet.EndpointKind;
import java.util.regex.Pattern;

/** The checksum of a tensor that an engine reports. */
public enum TensorDigest {
  /** SGLang's, 64 bits; in the memory of the CPU the first 64 of SHA-256. */
  SGLANG("[0-9a-f]{16}", 16, "0{16}|e3b0c44298fc1c14"),
  /** SHA-256 of the bytes. */
  SHA256("[0-9a-f]{64}", 64, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

  private final Pattern form;
  private final int hexDigits;
  private final Pattern ofNothing;

  TensorDigest(String form, int hexDigits, String ofNothing) {
    this.form = Pattern.compile(form);
    this.hexDigits = hexDigits;
    this.ofNothing = Pattern.compile(ofNothing);
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
    return hexDigits;
  }

  /** Whether it is that of zero bytes: of a tensor that is not empty, nobody looked at it. */
  public boolean isOfNothing(String checksum) {
    return ofNothing.matcher(checksum).matches();
  }
}
