package io.shardsum.safetensors;

import static io.shardsum.safetensors.FileBytes.assertRefused;
import static io.shardsum.safetensors.FileBytes.file;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtherContentTest {

  private static final String POINTER =
      """
      version https://git-lfs.github.com/spec/v1
      oid sha256:7777777777777777777777777777777777777777777777777777777777777777
      size 4976698672
      """;

  private static final String POINTER_NAMED =
      "a Git LFS pointer,"
          + " oid sha256:7777777777777777777777777777777777777777777777777777777777777777,"
          + " size 4976698672: the file itself was not fetched (git lfs pull)";

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void namesPointerWithOidAndSize(String newline) {
    assertFound(POINTER.replace("\n", newline), POINTER_NAMED);
  }

  @Test
  void namesPointerThatIsCut() {
    assertFound(
        POINTER.substring(0, 50),
        "a Git LFS pointer: the file itself was not fetched (git lfs pull)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<!DOCTYPE html><html><body>Not found</body> | an HTML page",
        "<html><head><title>502 Bad Gateway</title> | an HTML page",
        "<!-- x --> <HTML lang='en'> | an HTML page",
        "<?xml version='1.0'?><Error><Code>NoSuchKey</Code> | an XML page",
        "<Error><Code>AccessDenied</Code></Error> | an XML page",
        "{'error': 'Repository not found'} | JSON text",
        "[1, 2, 3, 4, 5] | JSON text",
        "Access to this model is restricted. | text",
        "/annex/objects/SHA256E-s400--aaaa.safetensors | text"
      })
  void namesTextByItsBeginning(String text, String kind) {
    assertFound(text, kind + " that begins with `" + text + "`");
  }

  @Test
  void showsOfLongTextTheBeginningInOneLine() {
    assertFound(
        "\ufeff\n<html>\n" + "\u00e9".repeat(5000) + "</html>",
        "an HTML page that begins with `<html>\\n" + "\u00e9".repeat(113) + "…`");
  }

  @ParameterizedTest
  @CsvSource({
    "504b030400000808000000000000, 'a zip archive, as PyTorch''s .pth and .bin files are'",
    "504b030400000000000000000000, 'a zip archive, as PyTorch''s .pth and .bin files are'",
    "80028a0a6cfc9c46f9206aa85019, 'a Python pickle, as PyTorch''s older .pth and .bin files are'",
    "80049500000000000000007d9428, 'a Python pickle, as PyTorch''s older .pth and .bin files are'",
    "4747554603000000230100000000, a GGUF file",
    "1f8b080000000000000300000000, data compressed by gzip",
    "1f8b08080123456700036d000000, data compressed by gzip",
    "28b52ffd00588d000008000000ff, data compressed by zstd",
    "04224d1864409b00000000000000, data compressed by lz4",
    "fd377a585a000004e6d6b4460000, data compressed by xz",
    "425a6839314159265359ff000000, data compressed by bzip2",
    "377abcaf271c0004000000000000, a 7z archive",
    "894844460d0a1a0a000000000000, an HDF5 file",
    "934e554d50590100760000000000, a NumPy file",
    "504152311504150000000000ff00, a Parquet file"
  })
  void namesOtherFormatsByTheirFirstBytes(String hex, String name) {
    byte[] bytes = java.util.HexFormat.of().parseHex(hex);
    assertFound(bytes, name);
    assertFound(Arrays.copyOf(bytes, 1 << 20), name);
  }

  @Test
  void namesTarArchive() {
    byte[] tar = new byte[10240];
    System.arraycopy("model.safetensors".getBytes(StandardCharsets.UTF_8), 0, tar, 0, 17);
    System.arraycopy("ustar".getBytes(StandardCharsets.UTF_8), 0, tar, 257, 5);
    assertFound(tar, "a tar archive");
  }

  @Test
  void saysThatFileBeginsWithZeros() {
    byte[] file = file("{}", 100_000);
    assertFound(new byte[65536], "zeros: the file begins with zeros, 4096 bytes or more");
    assertFound(new byte[10], "zeros: the file begins with zeros, 10 bytes");
    byte[] firstBlock = new byte[8192];
    Arrays.fill(firstBlock, 512, 8192, (byte) 'x');
    assertFound(firstBlock, "zeros: the file begins with zeros, 512 bytes");
    Arrays.fill(file, 0, 8, (byte) 0);
    assertRefused(
        file,
        FormatRule.HEADER_TOO_SHORT,
        "header is too short: expected at least 2 bytes, found 0 bytes");
  }

  @Test
  void leavesRandomBytesUnnamed() {
    byte[] file = new byte[4000];
    new java.util.Random(7).nextBytes(file);
    assertThat(OtherContent.insteadOfWeights(file)).isEmpty();
    assertThat(OtherContent.insteadOfJson(file)).isEmpty();
  }

  @Test
  void keepsTheBrokenRuleAsTheCause() {
    assertThat(assertFound(POINTER, POINTER_NAMED))
        .cause()
        .hasMessageContaining("header is too long");
  }

  @Test
  void leavesFaultsOfJsonToTheParser() {
    assertThat(OtherContent.insteadOfJson(POINTER.getBytes(StandardCharsets.UTF_8)))
        .hasValue(POINTER_NAMED);
    assertThat(OtherContent.insteadOfJson("<html>".getBytes(StandardCharsets.UTF_8)))
        .hasValue("an HTML page that begins with `<html>`");
    assertThat(OtherContent.insteadOfJson("{\"a\":}".getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(OtherContent.insteadOfJson("// x\n{}".getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  private static SafetensorsFormatException assertFound(String text, String found) {
    return assertFound(text.getBytes(StandardCharsets.UTF_8), found);
  }

  private static SafetensorsFormatException assertFound(byte[] file, String found) {
    return assertRefused(
        file,
        FormatRule.NOT_SAFETENSORS,
        "not a safetensors file: expected a header, found " + found);
  }
}
