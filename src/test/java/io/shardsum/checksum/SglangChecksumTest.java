package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Golden vectors: {@code bytes.bin} is 4 MiB + 77 random bytes, and each row of {@code
 * tensor-checksums.csv} names a slice of it with the checksums that SGLang 0.5.23's own hash kernel
 * (run in an interpreter on a CPU) and SHA-256 give a tensor of those bytes.
 */
class SglangChecksumTest {

  private static final int TILE = SglangChecksum.TILE_BYTES;

  private static byte[] golden;

  private final SglangChecksum checksum = new SglangChecksum();

  @BeforeAll
  static void readBytes() throws IOException {
    golden = SglangChecksumTest.class.getResourceAsStream("/golden/bytes.bin").readAllBytes();
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/golden/tensor-checksums.csv", numLinesToSkip = 1)
  void equalsTheReferenceInOnePiece(int offset, int length, String sglang, String sha256) {
    ByteBuffer tensor = ByteBuffer.wrap(golden, offset, length);

    assertThat(SglangChecksum.finish(checksum.sum(tensor, 0, length))).isEqualTo(sglang);
    assertThat(tensor.remaining()).as("the buffer is left as it was").isEqualTo(length);

    MessageDigest digest = DigestUtils.getSha256Digest();
    digest.update(tensor);
    assertThat(Hex.encodeHexString(digest.digest())).isEqualTo(sha256);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/golden/tensor-checksums.csv", numLinesToSkip = 1)
  void equalsTheReferenceCutAtEveryTileInAnyOrder(
      int offset, int length, String sglang, String sha256) {
    List<Integer> tiles = new ArrayList<>();
    for (int begin = 0; begin < length; begin += TILE) {
      tiles.add(begin);
    }
    Collections.shuffle(tiles, new Random(length));

    long sum = 0;
    for (int begin : tiles) {
      ByteBuffer tile = ByteBuffer.wrap(golden, offset + begin, Math.min(TILE, length - begin));
      sum += checksum.sum(tile, begin / 4, length);
    }

    assertThat(SglangChecksum.finish(sum)).isEqualTo(sglang);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/golden/tensor-checksums.csv", numLinesToSkip = 1)
  void equalsTheReferenceCutInTwoAtEachTileBoundary(
      int offset, int length, String sglang, String sha256) {
    for (int cut = TILE; cut < length; cut += TILE) {
      long head = checksum.sum(ByteBuffer.wrap(golden, offset, cut), 0, length);
      long tail =
          checksum.sum(ByteBuffer.wrap(golden, offset + cut, length - cut), cut / 4, length);
      assertThat(SglangChecksum.finish(head + tail)).as("cut at %d", cut).isEqualTo(sglang);
    }
  }

  @Test
  void doesNotDependOnWhereTheBytesLie() {
    ByteBuffer direct = ByteBuffer.allocateDirect(golden.length + 1).position(1);
    direct.put(golden).flip().position(1);

    assertThat(checksum.sum(direct, 0, golden.length))
        .isEqualTo(checksum.sum(ByteBuffer.wrap(golden), 0, golden.length));
  }

  /** Word positions count modulo 2^32, so tiles repeat their constants 16 GiB further on. */
  @Test
  void countsWordPositionsModuloTwoToThe32() {
    long length = (1L << 35) + TILE;
    ByteBuffer tile = ByteBuffer.wrap(golden, 0, TILE);

    assertThat(checksum.sum(tile, 1L << 32, length)).isEqualTo(checksum.sum(tile, 0, length));
    assertThat(checksum.sum(tile, 1L << 31, length)).isNotEqualTo(checksum.sum(tile, 0, length));
  }

  @Test
  void aPieceThatDoesNotBeginOnATileIsRefused() {
    assertThatThrownBy(() -> checksum.sum(ByteBuffer.wrap(golden, 0, TILE), 1, 2 * TILE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot sum bytes 4 to 32772 of a tensor of 65536 bytes: expected whole tiles of 32768"
                + " bytes");
  }

  @Test
  void aPieceThatEndsInsideATileIsRefused() {
    assertThatThrownBy(() -> checksum.sum(ByteBuffer.wrap(golden, 0, 100), 0, 101))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot sum bytes 0 to 100 of a tensor of 101 bytes");
  }

  @Test
  void aPieceThatReachesPastTheTensorIsRefused() {
    assertThatThrownBy(() -> checksum.sum(ByteBuffer.wrap(golden, 0, TILE), 0, TILE - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot sum bytes 0 to 32768 of a tensor of 32767 bytes");
  }

  @Test
  void rankDigestOrdersNamesByCodePointNotByUtf16() {
    String beyondTheBasicPlane = "\uD83D\uDE00";
    String lastOfTheBasicPlane = "\uFFFD";
    assertThat(beyondTheBasicPlane.compareTo(lastOfTheBasicPlane)).isNegative();

    MessageDigest expected = DigestUtils.getSha256Digest();
    expected.update((lastOfTheBasicPlane + "aa").getBytes(StandardCharsets.UTF_8));
    expected.update((beyondTheBasicPlane + "bb").getBytes(StandardCharsets.UTF_8));

    assertThat(WeightDigest.ofRank(Map.of(beyondTheBasicPlane, "bb", lastOfTheBasicPlane, "aa")))
        .isEqualTo(Hex.encodeHexString(expected.digest()));
  }
}
