package io.shardsum.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.checksum.Fp8Rule;
import io.shardsum.fleet.NameRules;
import io.shardsum.io.ListedFile;
import io.shardsum.source.sglang.ShardGroup;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileListingTest {

  @Test
  void isShortJson() {
    FileListing listing =
        new FileListing(
            List.of(
                new ScannedFile(
                    new ListedFile("/w/a.safetensors", 4096, 1_760_000_000_000L),
                    List.of("k_scale")),
                new ScannedFile(
                    new ListedFile("/w/b.safetensors", 8192, 1_760_000_000_001L), List.of()),
                new ScannedFile(new ListedFile("/w/c.safetensors", 0, 0), List.of("k_scale"))));

    assertThat(listing.toJson())
        .isEqualTo(
            "{\"skip\":[[\"k_scale\"],[]],\"files\":["
                + "[\"/w/a.safetensors\",4096,1760000000000,0],"
                + "[\"/w/b.safetensors\",8192,1760000000001,1],"
                + "[\"/w/c.safetensors\",0,0,0]]}");
    assertThat(FileListing.parse(listing.toJson())).isEqualTo(listing);
  }

  @Test
  void namesTheFilesOfARankOnceAlsoThoseThatAreNotRead() {
    ListedFile other = new ListedFile("/w/b.safetensors", 2, 3);
    ListedFile bare = new ListedFile("/w/a.safetensors", 1, 2);
    ShardGroup group =
        new ShardGroup(
            Fp8Rule.DEQUANTIZED,
            List.of(NameRules.byId("tied-embedding"), NameRules.byId("deepseek-kv-b-proj")),
            List.of(bare, other));
    ShardGroup alone = new ShardGroup(Fp8Rule.DEQUANTIZED_BY_128, List.of(), List.of());
    FileListing listing =
        new FileListing(
            List.of(
                new ScannedFile(new ListedFile("/w/c.safetensors", 3, 4), List.of(), alone),
                new ScannedFile(new ListedFile("/w/a.safetensors", 1, 2), List.of(), group),
                new ScannedFile(new ListedFile("/w/d.safetensors", 4, 5), List.of())));

    assertThat(listing.toJson())
        .isEqualTo(
            "{\"skip\":[[]],\"files\":["
                + "[\"/w/c.safetensors\",3,4,0,0],"
                + "[\"/w/a.safetensors\",1,2,0,1],"
                + "[\"/w/d.safetensors\",4,5,0]],\"groups\":["
                + "[\"DEQUANTIZED_BY_128\",[]],"
                + "[\"DEQUANTIZED\",[\"tied-embedding\",\"deepseek-kv-b-proj\"],1,[\"/w/b.safetensors\",2,3]]]}");
    assertThat(FileListing.parse(listing.toJson())).isEqualTo(listing);
  }

  @Test
  void saysWhatAStoreCallsTheContent() {
    ListedFile other = new ListedFile("s3a://w/b.safetensors", 2, 3, "\"e2\"");
    ScannedFile file =
        new ScannedFile(
            new ListedFile("s3a://w/a.safetensors", 1, 2, "\"e1\""),
            List.of(),
            new ShardGroup(Fp8Rule.DEQUANTIZED, List.of(), List.of(other)));
    FileListing listing = new FileListing(List.of(file));

    assertThat(listing.toJson())
        .contains(
            "[\"s3a://w/a.safetensors\",1,2,\"\\\"e1\\\"\",0,0]",
            "[\"s3a://w/b.safetensors\",2,3,\"\\\"e2\\\"\"]");
    assertThat(FileListing.parse(listing.toJson())).isEqualTo(listing);
  }

  @Test
  void mayBeEmpty() {
    assertThat(FileListing.parse(new FileListing(List.of()).toJson()).files()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/w/with space.safetensors",
        "/w/\"quotes\" and 'others'",
        "/w/back\\slash\\\\n",
        "/w/line\nbreak\r\t\0",
        "/w/%20%2F+#?&=",
        "/w/[glob]{a,b}*?",
        "/w/\uD83D\uDE00\u202Eabc",
        "/w/half a surrogate pair \uD83D",
        "s3a://bucket/a=1/b:c",
        "],[\"/etc/passwd\",1,1,0"
      })
  void givesEveryPathBack(String path) {
    FileListing listing =
        new FileListing(List.of(new ScannedFile(new ListedFile(path, 1, 2), List.of(path))));

    assertThat(FileListing.parse(listing.toJson())).isEqualTo(listing);
  }

  @Test
  void givesNumbersBackToTheLastDigit() {
    FileListing listing =
        new FileListing(
            List.of(
                new ScannedFile(new ListedFile("/a", Long.MAX_VALUE, Long.MIN_VALUE), List.of()),
                new ScannedFile(new ListedFile("/b", 0, Long.MAX_VALUE), List.of())));

    assertThat(FileListing.parse(listing.toJson())).isEqualTo(listing);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "/w/a.safetensors",
        "{\"skip\": [[]]}",
        "{\"files\": []}",
        "{\"skip\": [[]], \"files\": null}",
        "{\"skip\": [[]], \"files\": [null]}",
        "{\"skip\": [[]], \"files\": [[]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, 2]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, 2, 0, 0]]}",
        "{\"skip\": [[]], \"files\": [[null, 1, 2, 0]]}",
        "{\"skip\": [[]], \"files\": [[7, 1, 2, 0]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", \"1\", 2, 0]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", -1, 2, 0]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1.5, 2, 0]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 9223372036854775808, 2, 0]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, null, 0]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, 2, 1]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, 2, -1]]}",
        "{\"skip\": [null], \"files\": [[\"/a\", 1, 2, 0]]}",
        "{\"skip\": [[null]], \"files\": [[\"/a\", 1, 2, 0]]}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, 2, 0]]} {}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, 2, 0]], \"more\": 1}",
        "{\"skip\": [[]], \"files\": [[\"/a\", 1, 2, 0]"
      })
  void refusesWhatIsNotAListing(String json) {
    assertThatThrownBy(() -> FileListing.parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid option listing: expected {\"skip\": [[pattern, ...], ...], \"files\": [[path,"
                + " length, modified, index in skip], ...]}");
  }
}
