package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetDescriptionTest {
  @Test
  void readsEveryKey() {
    FleetDescription fleet =
        parse(
            """
            fleet: prod-eu
            engines:
              - name: chat-a
                model: acme/chat-8b
                revision: "2026-11-20"
                parallelism: { tp: 4, pp: 2, dp: 3 }
                layout: sharded
                shards: s3a://weights/chat-a
                pattern: "w-{dp_rank}-{pp_rank}-{tp_rank}.safetensors"
                draft:
                  - { shards: s3a://weights/chat-a/draft }
                  - { shards: d1, role: draft_step_1, pattern: "{dp_rank}-{rank}.safetensors" }
                skip: ["k_scale", "v_scale"]
                profile: sglang-0.5.13
                digest: both
            """);

    assertThat(fleet.fleet()).isEqualTo("prod-eu");
    assertThat(fleet.engines())
        .containsExactly(
            new EngineSpec(
                "chat-a",
                Optional.of("acme/chat-8b"),
                Optional.of("2026-11-20"),
                Layout.SHARDED,
                new Parallelism(4, 2, 3),
                "s3a://weights/chat-a",
                Optional.of(ShardPattern.parse("w-{dp_rank}-{pp_rank}-{tp_rank}.safetensors")),
                List.of(
                    new DraftSpec("draft", "s3a://weights/chat-a/draft", Optional.empty()),
                    new DraftSpec(
                        "draft_step_1",
                        "file:/base/d1",
                        Optional.of(ShardPattern.parse("{dp_rank}-{rank}.safetensors")))),
                SkipProfile.byName("sglang-0.5.13"),
                List.of("k_scale", "v_scale"),
                Digest.BOTH,
                Authority.PEER,
                IgnoredFiles.NONE,
                Visibility.THIS_HOST));
    assertThat(fleet.engines().get(0).expectedRanks()).isEqualTo(24);
  }

  @Test
  void fillsInWhatIsNotSaid() {
    EngineSpec engine =
        parse(
                """
                fleet: f
                engines:
                  - { name: a, shards: /m/a, parallelism: { tp: 2 } }
                """)
            .engines()
            .get(0);

    assertThat(engine)
        .isEqualTo(
            new EngineSpec(
                "a",
                Optional.empty(),
                Optional.empty(),
                Layout.SHARDED,
                new Parallelism(2, 1, 1),
                "file:/m/a",
                Optional.empty(),
                List.of(),
                SkipProfile.byName("sglang-0.5.20"),
                List.of(),
                Digest.SGLANG,
                Authority.PEER,
                IgnoredFiles.NONE,
                Visibility.THIS_HOST));
  }

  @Test
  void takesTheRulesOfVllm032For033() {
    assertThat(SkipProfile.byName("vllm-0.33")).isEqualTo(SkipProfile.byName("vllm-0.32"));
    assertThat(
            parse(
                    """
                    fleet: f
                    defaults: { ignore: [original], shared: true, runtime: vllm-0.33 }
                    engines:
                      - { name: a, shards: /m/a, parallelism: { tp: 2 }, checkpoint: /m/c }
                      - { name: b, shards: /m/b, parallelism: { tp: 2 }, ignore: [], shared: false }
                    """)
                .engines())
        .extracting(
            engine -> engine.profile().name(), EngineSpec::visibility, e -> e.ignored().patterns())
        .containsExactly(
            tuple("vllm-0.32", Visibility.ALL_HOSTS, List.of("original")),
            tuple("vllm-0.32", Visibility.THIS_HOST, List.of()));
  }

  @Test
  void takesFromDefaultsWhatTheEngineDoesNotSay() {
    FleetDescription fleet =
        parse(
            """
            fleet: f
            defaults:
              model: acme/chat
              revision: r1
              parallelism: { tp: 8, dp: 2 }
              pattern: "{rank}.safetensors"
              skip: [k_scale]
              profile: none
              digest: sha256
            engines:
              - { name: inherits, shards: a }
              - name: overrides
                shards: b
                model: acme/search
                revision: r2
                parallelism: { tp: 1 }
                pattern: "{tp_rank}.safetensors"
                skip: []
                profile: sglang-0.5.18
                digest: sglang
              - { name: whole, shards: c, layout: checkpoint }
            """);

    EngineSpec inherits = fleet.engines().get(0);
    assertThat(inherits.model()).contains("acme/chat");
    assertThat(inherits.revision()).contains("r1");
    assertThat(inherits.parallelism()).isEqualTo(new Parallelism(8, 1, 2));
    assertThat(inherits.pattern()).contains(ShardPattern.parse("{rank}.safetensors"));
    assertThat(inherits.skip()).containsExactly("k_scale");
    assertThat(inherits.profile().name()).isEqualTo("none");
    assertThat(inherits.digest()).isEqualTo(Digest.SHA256);
    EngineSpec overrides = fleet.engines().get(1);
    assertThat(overrides.model()).contains("acme/search");
    assertThat(overrides.revision()).contains("r2");
    assertThat(overrides.parallelism()).isEqualTo(Parallelism.SINGLE);
    assertThat(overrides.pattern()).contains(ShardPattern.parse("{tp_rank}.safetensors"));
    assertThat(overrides.skip()).isEmpty();
    assertThat(overrides.profile().name()).isEqualTo("sglang-0.5.18");
    assertThat(overrides.digest()).isEqualTo(Digest.SGLANG);
    EngineSpec whole = fleet.engines().get(2);
    assertThat(whole.layout()).isEqualTo(Layout.CHECKPOINT);
    assertThat(whole.parallelism()).isEqualTo(Parallelism.SINGLE);
    assertThat(whole.pattern()).isEmpty();
    assertThat(whole.expectedRanks()).isEqualTo(1);
  }

  @Test
  void takesTheLayoutFromDefaults() {
    FleetDescription fleet =
        parse(
            """
            fleet: f
            defaults: { layout: checkpoint }
            engines:
              - { name: a, shards: a }
              - { name: b, shards: b, layout: sharded, parallelism: { tp: 2 } }
            """);

    assertThat(fleet.engines())
        .extracting(EngineSpec::layout)
        .containsExactly(Layout.CHECKPOINT, Layout.SHARDED);
  }

  @Test
  void keepsLocationsWithASchemeAndResolvesOthersLocally() {
    FleetDescription fleet =
        parse(
            """
            fleet: f
            defaults: { parallelism: { tp: 1 } }
            engines:
              - { name: a, shards: "s3a://weights/a" }
              - { name: b, shards: "hdfs://nn:8020/w/b" }
              - { name: c, shards: "file:/w/c" }
              - { name: d, shards: "w/d" }
              - { name: e, shards: "../e" }
              - { name: f, shards: "//w//f/" }
              - { name: g, shards: "a:b %20 #?" }
            """);

    assertThat(fleet.engines())
        .extracting(EngineSpec::shards)
        .containsExactly(
            "s3a://weights/a",
            "hdfs://nn:8020/w/b",
            "file:/w/c",
            "file:/base/w/d",
            "file:/e",
            "file:/w/f",
            "file:/base/a:b %20 #?");
  }

  @Test
  void resolvesRelativeLocationsAgainstAnObjectStoreToo() {
    FleetDescription fleet =
        FleetDescription.parse(
            """
            fleet: f
            defaults: { parallelism: { tp: 1 } }
            engines: [{ name: a, shards: a }, { name: b, shards: /b }]
            """,
            "fleet.yaml",
            "s3a://bucket/fleets/");

    assertThat(fleet.engines())
        .extracting(EngineSpec::shards)
        .containsExactly("s3a://bucket/fleets/a", "file:/b");
  }

  @Test
  void keepsAnyNameAndModelAsItIs() {
    String longName = "n".repeat(10_000);
    FleetDescription fleet =
        parse(
            """
            fleet: f
            defaults: { parallelism: { tp: 1 } }
            engines:
              - { name: "a/b", model: "../x", shards: x }
              - { name: "../x", model: "it's \\"quoted\\"", shards: x }
              - { name: "line\\nbreak\\0", model: " ", shards: x }
              - { name: "\\U0001F980 \\u202E", shards: x }
              - { name: %s, shards: x }
            """
                .formatted(longName));

    assertThat(fleet.engines())
        .extracting(EngineSpec::name)
        .containsExactly("a/b", "../x", "line\nbreak\0", "\uD83E\uDD80 \u202E", longName);
    assertThat(fleet.engines())
        .extracting(EngineSpec::model)
        .startsWith(Optional.of("../x"), Optional.of("it's \"quoted\""), Optional.of(" "));
  }

  @Test
  void readsAliasesAndAByteOrderMark() {
    FleetDescription fleet =
        parse(
            """
            \uFEFFfleet: f
            engines:
              - { name: a, shards: a, parallelism: &four { tp: 4 } }
              - { name: b, shards: b, parallelism: *four }
            """);

    assertThat(fleet.engines())
        .extracting(EngineSpec::parallelism)
        .containsOnly(new Parallelism(4, 1, 1));
  }

  @Test
  void loadsAFileAndStartsAtItsDirectory(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("fleet.yaml");
    Files.writeString(file, "fleet: f\nengines: [{name: a, shards: a, layout: checkpoint}]\n");

    assertThat(FleetDescription.load(file).engines().get(0).shards())
        .isEqualTo("file:" + directory.resolve("a"));
  }

  @Test
  void refusesAFileThatIsNotThere(@TempDir Path directory) {
    Path file = directory.resolve("fleet.yaml");

    assertThatThrownBy(() -> FleetDescription.load(file))
        .isInstanceOf(FleetException.class)
        .hasMessage("Cannot read " + file + ": no such file");
  }

  @Test
  void refusesAFileThatIsNotUtf8(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("fleet.yaml");
    Files.write(file, new byte[] {'f', ':', ' ', (byte) 0xFF});

    assertThatThrownBy(() -> FleetDescription.load(file))
        .isInstanceOf(FleetException.class)
        .hasMessage("Cannot read " + file + ": it is not UTF-8");
  }

  private static FleetDescription parse(String yaml) {
    return FleetDescription.parse(yaml, "fleet.yaml", "/base");
  }
}
