package io.shardsum.safetensors;

import static io.shardsum.safetensors.FileBytes.assertRefused;
import static io.shardsum.safetensors.FileBytes.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeaderLengthTest {

  @Test
  void rejectsEmptyFile() {
    assertRefused(
        new byte[0],
        FormatRule.NOT_SAFETENSORS,
        "not a safetensors file: expected a header, found an empty file");
  }

  @Test
  void rejectsFileShorterThanLengthField() {
    assertRefused(
        new byte[] {2, 0, 0, 0, 0, 0, 0},
        FormatRule.FILE_TOO_SHORT,
        "file is shorter than its header length field: expected at least 8 bytes, found 7 bytes");
  }

  @Test
  void rejectsHeaderOfNoBytes() {
    assertRefused(
        file(0, "{}", 0),
        FormatRule.HEADER_TOO_SHORT,
        "header is too short: expected at least 2 bytes, found 0 bytes");
  }

  @Test
  void rejectsHeaderOfOneByte() {
    assertRefused(
        file(1, "{}", 0),
        FormatRule.HEADER_TOO_SHORT,
        "header is too short: expected at least 2 bytes, found 1 bytes");
  }

  @Test
  void rejectsHeaderOverTheCapWithoutReadingIt() {
    assertRefused(
        new MemoryByteSource(file(100_000_001, "", 0), 1L << 40),
        FormatRule.HEADER_TOO_LONG,
        "header is too long: expected at most 100000000 bytes, found 100000001 bytes");
  }

  @Test
  void takesHeaderOfTheCapForShortEnough() {
    byte[] lengthFieldAlone = file(100_000_000, "", 0);
    assertThatThrownBy(
            () -> SafetensorsHeader.read(new MemoryByteSource(lengthFieldAlone, 100_000_008)))
        .isInstanceOf(EOFException.class)
        .hasMessage("read past the bytes given");
  }

  @Test
  void readsHeaderLengthAsUnsigned() {
    assertRefused(
        file(-1, "{}", 0),
        FormatRule.HEADER_TOO_LONG,
        "header is too long: expected at most 100000000 bytes, found 18446744073709551615 bytes");
  }

  @Test
  void rejectsHeaderLongerThanFile() {
    assertRefused(
        file(3, "{}", 0),
        FormatRule.HEADER_PAST_END_OF_FILE,
        "header runs past the end of the file: expected at most the 2 bytes that follow,"
            + " found 3 bytes");
  }

  @Test
  void rejectsHeaderOfTheCapInSmallFile() {
    assertRefused(
        file(100_000_000, "{}", 0),
        FormatRule.HEADER_PAST_END_OF_FILE,
        "header runs past the end of the file: expected at most the 2 bytes that follow,"
            + " found 100000000 bytes");
  }

  @Test
  void readsHeaderLengthAsLittleEndian() throws IOException {
    byte[] file = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    assertThat(FileBytes.read(file).dataOffsetBytes()).isEqualTo(10);
    assertRefused(
        new byte[] {0, 0, 0, 0, 0, 0, 0, 2, '{', '}'},
        FormatRule.HEADER_TOO_LONG,
        "header is too long: expected at most 100000000 bytes, found 144115188075855872 bytes");
  }

  @Test
  void leavesFailureToReadAsItIs() {
    byte[] whole = file("{}      ", 0);
    byte[] shrunk = Arrays.copyOf(whole, whole.length - 1);
    assertThatThrownBy(() -> SafetensorsHeader.read(new MemoryByteSource(shrunk, whole.length)))
        .isInstanceOf(EOFException.class)
        .hasMessage("read past the bytes given");
  }
}
