package io.shardsum.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.text.NearestName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every fault of a description is named with its line and with what is allowed. */
class FleetYamlTest {
  private static final String ENGINE_KEYS =
      "name, shards, model, revision, parallelism, layout, pattern, skip, profile, digest, file-digest, manifest, ignore, shared, hosts, checkpoint, runtime, gpu, dtype, set, expect, draft, trusted, endpoint";

  @Test
  void refusesALoginInAPathWithoutShowingIt() {
    refuses(
        """
        fleet: f
        engines:
          - name: e
            shards: s3a://AKIAPLANTED:a/secret@weights/chat-a
        """,
        "fleet.yaml line 4: engine 'e': s3a://***@weights/chat-a: expected no login in a path, found"
            + " one (keys belong into the environment or the properties file)");
  }

  @Test
  void refusesASignedUrlWithoutShowingItsSignature() {
    refuses(
        """
        fleet: f
        engines:
          - name: e
            shards: https://weights.example/a?X-Amz-Date=1&X-Amz-Signature=planted
        """,
        "fleet.yaml line 4: engine 'e': https://weights.example/a?***: expected a path, found a"
            + " signed URL");
  }

  @Test
  void namesAnUnknownKeyOfAnEngineAndTheNearestOne() {
    refuses(
        """
        fleet: f
        engines:
          - name: chat-a
            shards: a
            parallelsim: { tp: 4 }
        """,
        "fleet.yaml line 5: engine 'chat-a': unknown key 'parallelsim' (did you mean"
            + " 'parallelism'?); allowed: "
            + ENGINE_KEYS);
  }

  @Test
  void namesAnUnknownKeyOfTheFleet() {
    refuses(
        """
        fleet: f
        engine: []
        """,
        "fleet.yaml line 2: unknown key 'engine' (did you mean 'engines'?); allowed: fleet,"
            + " defaults, engines");
  }

  @Test
  void namesAnUnknownKeyOfTheDefaults() {
    refuses(
        """
        fleet: f
        defaults:
          digest: sglang
          shards: /m
        """,
        "fleet.yaml line 4: defaults: unknown key 'shards' (did you mean 'shared'?); allowed: model, revision,"
            + " parallelism, layout, pattern, skip, profile, digest, file-digest, manifest, ignore, shared, hosts, checkpoint, runtime, gpu, dtype,"
            + " set, expect");
  }

  @Test
  void namesAnUnknownKeyOfTheParallelism() {
    refuses(
        engine("parallelism: { tp: 1, cp: 2 }"),
        "fleet.yaml line 5: engine 'e': parallelism: unknown key 'cp'; allowed: tp, pp, dp, ep,"
            + " attn-dp");
  }

  @Test
  void readsByWhomAManifestIsSigned() {
    FleetDescription fleet =
        parse(
            engine(
                "parallelism: { tp: 1 }",
                "manifest: { path: auto, identity: a@b.c, issuer: \"https://d.e\", trusted-root: root.json }"));

    assertThat(fleet.engines().get(0).manifest())
        .hasValue(
            new ManifestSpec(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new KeylessSpec("a@b.c", "https://d.e", "file:/base/root.json"))));
  }

  @Test
  void refusesAnIdentityWithoutItsIssuer() {
    refuses(
        engine("manifest: { path: auto, identity: a@b.c }"),
        "fleet.yaml line 5: engine 'e': manifest: key 'issuer' is missing");
  }

  @Test
  void refusesMoreThanOneThatSaysWhoHasSigned() {
    refuses(
        engine("manifest: { path: auto, key: a.pem, certificate: b.pem }"),
        "fleet.yaml line 5: engine 'e': manifest: expected one of key, certificate and identity, found more");
  }

  @Test
  void readsTheCheckpointOfAnEngine() {
    FleetDescription fleet =
        parse(
            """
            fleet: f
            defaults: { runtime: sglang-0.5.23, gpu: sm100, set: { enable-eplb: false } }
            engines:
              - name: a
                shards: a
                parallelism: { tp: 8, ep: 4, attn-dp: 2 }
                checkpoint: published/a
                dtype: bfloat16
                set: { --moe-runner-backend: triton, ep-num-redundant-experts: 2, enable-dp-lm-head: }
                expect: { whole: ["*norm.weight"] }
              - { name: b, shards: b, parallelism: { tp: 1 } }
            """);

    assertThat(fleet.checkpoints())
        .isEqualTo(
            Map.of(
                "a",
                new CheckpointSpec(
                    "file:/base/published/a",
                    "sglang-0.5.23",
                    Optional.of("sm100"),
                    Optional.of("bfloat16"),
                    Map.of(
                        "moe-runner-backend",
                        "triton",
                        "ep-num-redundant-experts",
                        "2",
                        "enable-dp-lm-head",
                        ""),
                    List.of("*norm.weight"))));
    assertThat(fleet.engines().get(0).parallelism()).isEqualTo(new Parallelism(8, 1, 1, 4, 2));
    assertThat(ComparisonGroup.of(fleet.engines().get(0))).isEqualTo("engine a");
    assertThat(fleet.engines().get(0).parallelism()).hasToString("tp8 pp1 dp1 ep4 attn-dp2");
  }

  @Test
  void takesTheProfileOfTheRuntime() {
    FleetDescription fleet =
        parse(
            """
            fleet: f
            defaults: { runtime: vllm-0.32, parallelism: { tp: 1 }, checkpoint: c }
            engines:
              - { name: a, shards: a }
              - { name: b, shards: b, profile: none }
              - { name: c, shards: c, layout: checkpoint }
            """);

    assertThat(fleet.engines().stream().map(engine -> engine.profile().name()))
        .startsWith("vllm-0.32", "none");
    assertThat(fleet.checkpoints()).containsOnlyKeys("a", "b");
  }

  @Test
  void refusesHalfOfWhatSaysWhatAnEngineWasStartedWith() {
    refuses(
        engine("parallelism: { tp: 1 }", "checkpoint: c"),
        "fleet.yaml line 3: engine 'e': key 'runtime' is missing: what an engine makes of a"
            + " checkpoint depends on its release");
    refuses(
        engine("parallelism: { tp: 1 }", "gpu: sm90"),
        "fleet.yaml line 6: engine 'e': 'gpu' needs 'checkpoint'");
    refuses(
        engine("layout: checkpoint", "checkpoint: c"),
        "fleet.yaml line 6: engine 'e': 'checkpoint' does not apply to layout checkpoint:"
            + " 'shards' names the checkpoint already");
    refuses(
        engine("parallelism: { tp: 1 }", "checkpoint: c", "set: [a]"),
        "fleet.yaml line 7: engine 'e': 'set' must be a mapping, found a list");
  }

  @Test
  void namesAnUnknownKeyOfADraft() {
    refuses(
        engine("parallelism: { tp: 1 }", "draft: { shards: d, colour: red }"),
        "fleet.yaml line 6: engine 'e': draft: unknown key 'colour'; allowed: shards, role,"
            + " pattern");
  }

  @Test
  void refusesAKeyThatIsThereTwice() {
    refuses(
        engine("parallelism: { tp: 1 }", "shards: other"),
        "fleet.yaml line 6: engine 'e': key 'shards' is already at line 4");
  }

  @Test
  void refusesAKeyThatIsNotText() {
    refuses(
        engine("[a, b]: 1"),
        "fleet.yaml line 5: engine 'e': unknown key '(a list)'; allowed: " + ENGINE_KEYS);
  }

  @Test
  void refusesMergeKeys() {
    assertThatThrownBy(
            () ->
                parse(
                    """
                    fleet: f
                    engines:
                      - &a { name: a, shards: a, parallelism: { tp: 1 } }
                      - { <<: *a, name: b }
                    """))
        .isInstanceOf(FleetException.class)
        .hasMessageStartingWith("fleet.yaml line 4: engine 'b': unknown key '<<'; allowed: name");
  }

  @Test
  void refusesTwoEnginesOfOneName() {
    refuses(
        """
        fleet: f
        engines:
          - { name: a, shards: x, parallelism: { tp: 1 } }
          - { name: b, shards: y, parallelism: { tp: 1 } }
          - shards: z
            parallelism: { tp: 1 }
            name: a
        """,
        "fleet.yaml line 7: engine 'a': the name is already at line 3");
  }

  @Test
  void refusesAnEngineWithoutAName() {
    refuses(
        """
        fleet: f
        engines:
          - { name: a, shards: x, parallelism: { tp: 1 } }
          - { shards: x }
        """,
        "fleet.yaml line 4: engine 2: key 'name' is missing");
  }

  @Test
  void refusesAnEngineWithoutShards() {
    refuses(
        """
        fleet: f
        engines:
          - { name: a, layout: checkpoint }
        """,
        "fleet.yaml line 3: engine 'a': key 'shards' is missing");
  }

  @Test
  void refusesAFleetWithoutItsName() {
    refuses("engines: []\n", "fleet.yaml line 1: key 'fleet' is missing");
  }

  @Test
  void refusesAFleetWithoutEngines() {
    refuses("fleet: f\n", "fleet.yaml line 1: key 'engines' is missing");
    refuses(
        "fleet: f\nengines: []\n",
        "fleet.yaml line 2: 'engines' is empty: there is nothing to check");
    refuses("fleet: f\nengines:\n", "fleet.yaml line 2: 'engines' must be a list, found nothing");
  }

  @Test
  void refusesEmptyText() {
    refuses("fleet: ''\nengines: []\n", "fleet.yaml line 1: 'fleet' is empty");
    refuses(
        engine("parallelism: { tp: 1 }", "model: \"\""),
        "fleet.yaml line 6: engine 'e': 'model' is empty");
  }

  @Test
  void refusesTextThatYamlTakesForSomethingElse() {
    refuses(
        engine("revision: 2026"),
        "fleet.yaml line 5: engine 'e': 'revision' must be text, found the number '2026'; write"
            + " it in quotes");
    refuses(
        engine("model: true"),
        "fleet.yaml line 5: engine 'e': 'model' must be text, found the truth value 'true';"
            + " write it in quotes");
    refuses(engine("model:"), "fleet.yaml line 5: engine 'e': 'model' must be text, found nothing");
    refuses(
        engine("model: [a]"), "fleet.yaml line 5: engine 'e': 'model' must be text, found a list");
    refuses(
        engine("model: { a: b }"),
        "fleet.yaml line 5: engine 'e': 'model' must be text, found a mapping");
  }

  @Test
  void refusesTagsOfItsOwn() {
    refuses(
        engine("model: !!binary aGk="),
        "fleet.yaml line 5: engine 'e': 'model' must be text, found a value with the tag"
            + " 'tag:yaml.org,2002:binary'");
    refuses(
        engine("parallelism: !com.acme.Sizes { tp: 1 }"),
        "fleet.yaml line 5: engine 'e': parallelism: must be a mapping of tp, pp, dp, ep, attn-dp, found a value"
            + " with the tag '!com.acme.Sizes'");
  }

  @Test
  void refusesAnEngineThatIsNotAMapping() {
    refuses(
        "fleet: f\nengines:\n  - chat-a\n",
        "fleet.yaml line 3: engine 1: must be a mapping of "
            + ENGINE_KEYS
            + ", found the text 'chat-a'");
  }

  @Test
  void refusesSizesThatAreNone() {
    String allowed = "must be a whole number from 1 to 65536, found the ";
    refuses(
        engine("parallelism: { tp: 0 }"),
        "fleet.yaml line 5: engine 'e': parallelism: 'tp' " + allowed + "number '0'");
    refuses(
        engine("parallelism: { tp: 1, pp: -2 }"),
        "fleet.yaml line 5: engine 'e': parallelism: 'pp' " + allowed + "number '-2'");
    refuses(
        engine("parallelism: { tp: 1, dp: 1.5 }"),
        "fleet.yaml line 5: engine 'e': parallelism: 'dp' " + allowed + "number '1.5'");
    refuses(
        engine("parallelism: { tp: '4' }"),
        "fleet.yaml line 5: engine 'e': parallelism: 'tp' " + allowed + "text '4'");
    refuses(
        engine("parallelism: { tp: 99999999999999 }"),
        "fleet.yaml line 5: engine 'e': parallelism: 'tp' " + allowed + "number '99999999999999'");
    refuses(
        engine("parallelism: { tp: 256, pp: 256, dp: 2 }"),
        "fleet.yaml line 5: engine 'e': parallelism: tp 256 × pp 256 × dp 2 is 131072 ranks;"
            + " allowed: at most 65536");
  }

  @Test
  void refusesShardsWithoutParallelism() {
    refuses(
        engine("layout: sharded"),
        "fleet.yaml line 3: engine 'e': key 'parallelism' is missing: layout sharded needs it with"
            + " 'tp', so that a missing rank can be seen");
    refuses(
        engine("parallelism: { pp: 2 }"),
        "fleet.yaml line 5: engine 'e': parallelism: key 'tp' is missing");
  }

  @Test
  void refusesWhatACheckpointDoesNotHave() {
    refuses(
        engine("layout: checkpoint", "parallelism: { tp: 1 }"),
        "fleet.yaml line 6: engine 'e': 'parallelism' does not apply to layout checkpoint, which is"
            + " one rank");
    refuses(
        engine("layout: checkpoint", "pattern: '{rank}.safetensors'"),
        "fleet.yaml line 6: engine 'e': 'pattern' does not apply to layout checkpoint, which is one"
            + " rank");
    refuses(
        engine("layout: checkpoint", "draft: { shards: d, pattern: '{rank}.safetensors' }"),
        "fleet.yaml line 6: engine 'e': draft: 'pattern' does not apply to layout checkpoint, which"
            + " is one rank");
  }

  @Test
  void refusesUnknownChoices() {
    refuses(
        engine("layout: flat"),
        "fleet.yaml line 5: engine 'e': unknown layout 'flat'; allowed: sharded, checkpoint");
    refuses(
        engine("digest: md5"),
        "fleet.yaml line 5: engine 'e': unknown digest 'md5'; allowed: sglang, sha256, both");
    refuses(
        engine("profile: sglang-0.6"),
        "fleet.yaml line 5: engine 'e': unknown profile 'sglang-0.6'; allowed: sglang-0.5.13,"
            + " sglang-0.5.18, sglang-0.5.20, vllm-0.32, none");
    refuses(
        "fleet: f\ndefaults: { digest: crc32 }\nengines: []\n",
        "fleet.yaml line 2: defaults: unknown digest 'crc32'; allowed: sglang, sha256, both");
  }

  @Test
  void refusesABadPattern() {
    refuses(
        engine("pattern: 'w-{part}.safetensors'"),
        "fleet.yaml line 5: engine 'e': pattern 'w-{part}.safetensors': it must hold {rank} or"
            + " {tp_rank}; allowed: {rank}, {tp_rank}, {pp_rank}, {dp_rank}, {part}");
  }

  @Test
  void refusesSkipPatternsThatAreNotTexts() {
    refuses(
        engine("skip: k_scale"),
        "fleet.yaml line 5: engine 'e': 'skip' must be a list, found the text 'k_scale'");
    refuses(engine("skip:", "  - a", "  - ''"), "fleet.yaml line 7: engine 'e': 'skip' is empty");
    refuses(
        engine("skip: [1]"),
        "fleet.yaml line 5: engine 'e': 'skip' must be text, found the number '1'; write it in"
            + " quotes");
  }

  @Test
  void refusesRolesThatAreNone() {
    String parallelism = "parallelism: { tp: 1 }";
    String allowed =
        " cannot be that of a draft; allowed: letters, digits and '_', and not 'target'";
    refuses(
        engine(parallelism, "draft: { shards: d, role: a.b }"),
        "fleet.yaml line 6: engine 'e': draft: role 'a.b'" + allowed);
    refuses(
        engine(parallelism, "draft: { shards: d, role: target }"),
        "fleet.yaml line 6: engine 'e': draft: role 'target'" + allowed);
    refuses(
        engine(parallelism, "draft:", "  - { shards: d }", "  - { shards: d2 }"),
        "fleet.yaml line 8: engine 'e': draft: role 'draft' is already at line 7");
  }

  @Test
  void refusesTwoRolesThatReadTheSameFiles() {
    refuses(
        engine("parallelism: { tp: 1 }", "draft: { shards: a/ }"),
        "fleet.yaml line 3: engine 'e': draft draft reads the same files as another role of the"
            + " engine: file:/base/a");
  }

  @Test
  void refusesReplicasToldApartForOneRoleOnly() {
    refuses(
        engine(
            "parallelism: { tp: 1 }",
            "pattern: '{dp_rank}-{rank}.safetensors'",
            "draft: { shards: d, pattern: '{rank}.safetensors' }"),
        "fleet.yaml line 3: engine 'e': {dp_rank} must be in the patterns of the engine and of"
            + " draft draft, or in neither");
  }

  @Test
  void escapesAndShortensForeignText() {
    refuses(
        """
        fleet: f
        engines:
          - { name: "a\\nb\\e[31m\\u202E", digest: "x" }
        """,
        "fleet.yaml line 3: engine 'a\\nb\\u001b[31m\\u202e': unknown digest 'x'; allowed:"
            + " sglang, sha256, both");
    refuses(
        "fleet: f\nengines: [{ name: " + "n".repeat(10_000) + " }]\n",
        "fleet.yaml line 2: engine '"
            + "n".repeat(80)
            + "… (10000 characters)': key 'shards' is missing");
  }

  @Test
  void refusesHalfASurrogatePair() {
    assertThatThrownBy(() -> parse(engine("model: \"\\uD83E\"")))
        .isInstanceOf(FleetException.class)
        .hasMessageStartingWith("fleet.yaml line 5: ");
  }

  @Test
  void refusesWhatIsNotYaml() {
    assertThatThrownBy(() -> parse("fleet: f\nengines: [\n"))
        .isInstanceOf(FleetException.class)
        .hasMessageStartingWith("fleet.yaml line 3: not YAML: ");
    assertThatThrownBy(() -> parse("fleet: f\nengines: \u0007\n"))
        .isInstanceOf(FleetException.class)
        .hasMessage("fleet.yaml line 2: not YAML: the character \\u0007 must be escaped");
    refuses("", "fleet.yaml line 1: it is empty; allowed: a mapping of fleet, defaults, engines");
    refuses(
        "- a\n", "fleet.yaml line 1: must be a mapping of fleet, defaults, engines, found a list");
  }

  @Test
  void refusesASecondDocument() {
    assertThatThrownBy(() -> parse("fleet: f\n---\nfleet: g\n"))
        .isInstanceOf(FleetException.class)
        .hasMessageMatching("fleet.yaml line 2: not YAML: but found another document");
  }

  @Test
  void survivesBombs() {
    assertThatThrownBy(() -> parse("fleet: f\nengines: " + "[".repeat(200_000)))
        .isInstanceOf(FleetException.class)
        .hasMessageStartingWith("fleet.yaml line ");
    assertThatThrownBy(
            () ->
                parse(
                    """
                    fleet: f
                    engines:
                      - &a [x, x, x, x, x, x, x, x]
                      - &b [*a, *a, *a, *a, *a, *a]
                      - &c [*b, *b, *b, *b, *b, *b]
                    """))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("fleet.yaml line 3: engine 1: must be a mapping");
    assertThatThrownBy(() -> parse("fleet: f\nengines: &a [*a]\n"))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("engine 1: must be a mapping");
    assertThatThrownBy(() -> parse("#".repeat((16 << 20) + 1)))
        .isInstanceOf(FleetException.class)
        .hasMessage(
            "fleet.yaml is too long for a fleet's description; allowed: at most 16777216 bytes");
  }

  @Test
  void suggestsOnlyNearKeys() {
    assertThat(NearestName.of("modle", EngineYaml.KEYS)).contains("model");
    assertThat(NearestName.of("tensors", EngineYaml.KEYS)).isEmpty();
    assertThat(NearestName.of("ep", List.of("tp", "pp", "dp"))).isEmpty();
    assertThat(NearestName.of("shard", EngineYaml.KEYS)).contains("shards");
    assertThat(NearestName.of("x".repeat(10_000), EngineYaml.KEYS)).isEmpty();
  }

  @Test
  void readsWhichEngineIsTrusted() {
    String parallelism = "parallelism: { tp: 1 }";

    assertThat(parse(engine(parallelism, "trusted: true")).engines().get(0).authority())
        .isEqualTo(Authority.REFERENCE);
    assertThat(parse(engine(parallelism, "trusted: false")).engines().get(0).authority())
        .isEqualTo(Authority.PEER);
    assertThat(parse(engine(parallelism)).engines().get(0).authority()).isEqualTo(Authority.PEER);
  }

  @Test
  void refusesTrustThatIsNoTruthValue() {
    refuses(
        engine("parallelism: { tp: 1 }", "trusted: \"true\""),
        "fleet.yaml line 6: engine 'e': 'trusted' must be true or false, found the text 'true'");
    refuses(
        engine("parallelism: { tp: 1 }", "trusted: 1"),
        "fleet.yaml line 6: engine 'e': 'trusted' must be true or false, found the number '1'");
  }

  @Test
  void trustsNobodyByDefault() {
    assertThatThrownBy(
            () -> parse("fleet: f\ndefaults: { trusted: true }\nengines:\n- { name: e }\n"))
        .isInstanceOf(FleetException.class)
        .hasMessageStartingWith("fleet.yaml line 2: defaults: unknown key 'trusted'");
  }

  /** A fleet of one engine; its further keys start at line 5. */
  private static String engine(String... lines) {
    StringBuilder yaml = new StringBuilder("fleet: f\nengines:\n  - name: e\n    shards: a\n");
    for (String line : lines) {
      yaml.append("    ").append(line).append('\n');
    }
    return yaml.toString();
  }

  private static void refuses(String yaml, String message) {
    assertThatThrownBy(() -> parse(yaml)).isInstanceOf(FleetException.class).hasMessage(message);
  }

  private static FleetDescription parse(String yaml) {
    return FleetDescription.parse(yaml, "fleet.yaml", "/base");
  }
}
