package io.shardsum.source.sglang;

import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.checksum.SglangChecksum;
import io.shardsum.io.ListedFile;
import io.shardsum.safetensors.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.OptionalLong;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Hashes the dequantized bytes of weights whose stored bytes it is handed piece by piece, and fills
 * a row's columns of them. Of a weight that turns out to have no checksum, no more is hashed.
 */
final class Fp8Hash {

  private static final int ELEMENT_BYTES = 2;

  /** A tile of dequantized bytes at a time, which stays in a core's cache until it is hashed. */
  private static final int PIECE_BYTES = SglangChecksum.TILE_BYTES / ELEMENT_BYTES;

  private final Fp8Row row;
  private final ScaleFile scales;
  private final SglangChecksum checksum = new SglangChecksum();
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final ByteBuffer dequantized = ByteBuffer.allocateDirect(ELEMENT_BYTES * PIECE_BYTES);
  private String name;
  private long weightBytes;
  private Fp8Dequantizer dequantizer;
  private String fault;
  private long sum;

  Fp8Hash(Fp8Row row, ScaleFile scales) {
    this.row = row;
    this.scales = scales;
  }

  /** Begins with a weight. */
  void begin(TensorEntry tensor, Fp8Half half) {
    name = tensor.name();
    weightBytes = tensor.lengthBytes();
    fault = null;
    sum = 0;
    sha256.reset();
    if (half instanceof Fp8Half.UnusableWeight unusable) {
      fault = unusable.why();
    } else if (half instanceof Fp8Half.Weight weight) {
      dequantizer =
          new Fp8Dequantizer(
              weight.pair(), (position, target) -> scales.read(weight.scale(), position, target));
    }
  }

  /** Whatever follows of this weight, it has no checksum. */
  void fail(String why) {
    fault = why;
  }

  /**
   * Hashes a piece of the weight.
   *
   * @param data left as it is
   * @param positionBytes where it begins in the weight
   * @throws IOException if the scale cannot be read
   */
  void add(ByteBuffer data, long positionBytes) throws IOException {
    for (int at = 0; fault == null && at < data.remaining(); at += PIECE_BYTES) {
      int lengthBytes = Math.min(PIECE_BYTES, data.remaining() - at);
      addTile(data.slice(data.position() + at, lengthBytes), positionBytes + at);
    }
  }

  private void addTile(ByteBuffer data, long positionBytes) throws IOException {
    dequantized.clear();
    try {
      OptionalLong nan = dequantizer.dequantize(data, positionBytes, dequantized);
      if (nan.isPresent()) {
        fail("element %s is NaN, whose bytes depend on the device".formatted(nan.getAsLong()));
        return;
      }
    } catch (Fp8PairException e) {
      fail(e.getMessage());
      return;
    }
    dequantized.flip();
    if (row.hasFp8Sum()) {
      long firstWord = positionBytes * ELEMENT_BYTES / Integer.BYTES;
      sum += checksum.sum(dequantized, firstWord, weightBytes * ELEMENT_BYTES);
    }
    if (row.hasFp8Sha256()) {
      sha256.update(dequantized);
    }
  }

  /**
   * The chunk is whole.
   *
   * @param ends whether the weight is
   */
  void endChunk(boolean ends) {
    if (fault != null) {
      row.noFp8("Cannot dequantize %s: %s".formatted(ListedFile.shown(name), fault));
      return;
    }
    row.fp8Sum(sum);
    sum = 0;
    if (row.hasFp8Sha256() && ends) {
      row.fp8Sha256(Hex.encodeHexString(sha256.digest()));
    }
  }
}
