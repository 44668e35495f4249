package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.testing.GoldenSetup;
import io.shardsum.testing.JavaProcess;
import io.shardsum.testing.JsonKeys;
import io.shardsum.testing.SmallFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExpectCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final GoldenSetup QWEN =
      new GoldenSetup(EngineRelease.SGLANG_0_5_23, "qwen3", "tp2");

  @TempDir private Path temp;

  static Stream<GoldenSetup> setups() throws IOException {
    return GoldenSetup.all(EngineRelease.SGLANG_0_5_23)
        .filter(setup -> Files.exists(setup.directory().resolve("weights_checker.json")));
  }

  @ParameterizedTest
  @MethodSource("setups")
  void answersAsTheEngineDoes(GoldenSetup setup) throws IOException {
    CommandRun run = expect(setup, "--format", "sglang");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(JSON.readTree(run.out()))
        .isEqualTo(JSON.readTree(setup.directory().resolve("weights_checker.json").toFile()));
  }

  @Test
  void listsEveryTensorOfEveryRank() throws IOException {
    CommandRun run = expect(QWEN, "--digest", "both");

    assertThat(run.exitCode()).isZero();
    JsonNode json = JSON.readTree(run.out());
    List<String> golden = QWEN.lines("tensors.csv");
    assertThat(json.get("tensors")).hasSize(golden.size() - 1);
    JsonNode first = json.get("tensors").get(0);
    assertThat(golden.get(1))
        .isEqualTo(
            "%s,%s,bfloat16,%sx%s,%s,%s,%s"
                .formatted(
                    first.get("rank").intValue(),
                    first.get("tensor").textValue(),
                    first.get("shape").get(0),
                    first.get("shape").get(1),
                    first.get("bytes").longValue(),
                    first.get("checksum").textValue(),
                    first.get("sha256").textValue()));
    assertThat(first.get("dtype").textValue()).isEqualTo("BF16");
    JsonNode answer = JSON.readTree(QWEN.directory().resolve("weights_checker.json").toFile());
    assertThat(json.get("engine_checksum")).isEqualTo(answer.get("per_engine_checksum"));
    assertThat(json.get("ranks").get(1).get("checksum"))
        .isEqualTo(answer.get("ranks").get(1).get("per_gpu_checksum"));
    assertThat(json.get("refused")).isEmpty();
  }

  @Test
  void explainsWhatEachRankHolds() throws IOException {
    CommandRun run = expect(QWEN, "--explain-class");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains(
            """
            model.layers.*.self_attn.o_proj.weight
              rank 0, layers 0 to 2  BF16 [64, 64]  columns 0 to 63 of model.layers.*.self_attn.o_proj.weight
              rank 1, layers 0 to 2  BF16 [64, 64]  columns 64 to 127 of model.layers.*.self_attn.o_proj.weight
            """);
  }

  @Test
  void refusesByNameAndExpectsTheRest() throws IOException {
    GoldenSetup setup = new GoldenSetup(EngineRelease.VLLM_0_32, "qwen3-moe", "tp2");
    CommandRun run = expect(setup);

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err())
        .isEqualTo(
            "expect: no digest for model.layers.0.mlp.experts.routed_experts.w13_weight,"
                + " model.layers.0.mlp.experts.routed_experts.w2_weight,"
                + " model.layers.1.mlp.experts.routed_experts.w13_weight,"
                + " model.layers.1.mlp.experts.routed_experts.w2_weight:"
                + " how vLLM's moe-backend 'cpu' stores experts in BF16 on sm90 is not known\n");
    JsonNode json = JSON.readTree(run.out());
    assertThat(json.get("engine_checksum").isNull()).isTrue();
    assertThat(json.get("refused")).hasSize(8);
    assertThat(json.get("refused").get(0).get("tensor").textValue())
        .isEqualTo("model.layers.0.mlp.experts.routed_experts.w13_weight");
    assertThat(json.get("tensors")).hasSize(34);
    assertThat(JsonKeys.of(json))
        .isEqualTo(
            """
            .: engine_checksum ranks refused tensors
            ranks: rank tp_rank tp_size pp_rank pp_size checksum tensors refused bytes
            refused: rank tensor reason
            tensors: rank tensor dtype shape bytes checksum sha256
            """);
    assertThat(json.get("tensors").get(0).get("checksum").isNull()).isTrue();
    assertThat(json.get("tensors").get(0).get("sha256").textValue()).hasSize(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tp 3|num_attention_heads 4 cannot be cut into 3 equal parts: expected a multiple of 3",
        "--tp 8|num_attention_heads 4 cannot be cut into 8 equal parts: expected a multiple of 8",
        "--tp 0|tp is 0; allowed: 1 to 65536",
        "--pp 4|pp is 4; expected at most the 3 layers of the model",
        "--tp 2 --attn-dp 4|attn-dp is 4; expected a divisor of tp, which is 2",
        "--tp 2 --ep 4|ep is 4; expected a divisor of tp, which is 2",
        "--dtype int8|dtype is 'int8'; expected auto, half, float16, bfloat16, float or float32",
        "--pp 2 --set SGLANG_PP_LAYER_PARTITION=1,1|SGLANG_PP_LAYER_PARTITION is '1,1'; expected 2"
            + " numbers of layers that add up to 3",
        "--set moe-dense-tp-size=3|moe-dense-tp-size is 3; expected 1 or tp, which is 1",
        "--set enable-dp-lm-head=maybe|enable-dp-lm-head is 'maybe'; expected true or false",
        "--set ep-num-redundant-experts=-1|ep-num-redundant-experts is '-1'; expected a whole"
            + " number from 0",
        "--set a=1 --set a=2|--set: a is set twice",
        "--digest sha256 --format sglang|--format sglang goes with an SGLang release and its own"
            + " digest",
      })
  void refusesWhatCannotBe(String arguments, String message) {
    CommandRun run = expect(QWEN.checkpointDirectory(), arguments.split(" ", -1));

    assertThat(run.err()).isEqualTo("expect: " + message + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void refusesSettingsThatItDoesNotKnow() {
    CommandRun run = expect(QWEN.checkpointDirectory(), "--set", "moe-runer-backend=triton");

    assertThat(run.err())
        .startsWith("expect: unknown setting 'moe-runer-backend'; allowed: SGLANG_")
        .contains(", moe-runner-backend, ");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void refusesTheTensorsOfAMissingOne() throws IOException {
    Path checkpoint = copy(QWEN.checkpointDirectory());
    Path index = checkpoint.resolve("model.safetensors.index.json");
    JsonNode map = JSON.readTree(index.toFile()).get("weight_map");
    String file = map.get("model.norm.weight").textValue();
    Files.delete(index);
    Files.delete(checkpoint.resolve(file));
    CommandRun run = expect(checkpoint, "--tp", "2");

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err())
        .contains(
            "expect: no digest for model.norm.weight: the checkpoint has no model.norm.weight: the"
                + " engine would leave its memory uninitialized\n");
  }

  @Test
  void refusesANameInTwoFiles() throws IOException {
    Path checkpoint = copy(QWEN.checkpointDirectory());
    Files.delete(checkpoint.resolve("model.safetensors.index.json"));
    Files.copy(
        checkpoint.resolve("model-00001-of-00004.safetensors"),
        checkpoint.resolve("other.safetensors"));
    CommandRun run = expect(checkpoint);

    assertThat(run.err())
        .matches(
            "expect: \\S+ is in model-00001-of-00004.safetensors and in other.safetensors: expected"
                + " each name once\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`\"vocab_size\": 503`|`\"vocab_size\": 504`|4|no digest for lm_head.weight:"
            + " lm_head.weight in model-00004-of-00004.safetensors is of shape [503, 64];"
            + " config.json asks for [504, 64]",
        "`\"vocab_size\": 503`|`\"vocab_size\": -1`|2|config.json: vocab_size is -1; expected a whole"
            + " number from 1",
        "`\"vocab_size\": 503`|`\"vocab_sizes\": 503`|2|config.json has no vocab_size: expected a size",
        "`\"vocab_size\": 503`|`\"vocab_size\": 503,`|2|config.json is not JSON: ",
        "`\"vocab_size\": 503`|`\"vocab_size\": 503, \"a\": NaN, \"b\": [}`|2|config.json is not"
            + " JSON: Unexpected close marker '}': expected ']' (for Array starting at line: ",
        "Qwen3ForCausalLM|GptForCausalLM|4|no digest for all tensors: the rules of model class"
            + " 'GptForCausalLM' are not known; known: LlamaForCausalLM",
        "`\"vocab_size\": 503`|`\"vocab_size\": 503, \"quantization_config\": {\"quant_method\":"
            + " \"awq\"}`|4|: quantization awq: the engine repacks its weights for the kernel that multiplies them",
      })
  void refusesWhatConfigurationsDoNotGive(String from, String to, int exitCode, String message)
      throws IOException {
    Path checkpoint = copy(QWEN.checkpointDirectory());
    Path config = checkpoint.resolve("config.json");
    String before = Files.readString(config);
    assertThat(before).contains(from);
    Files.writeString(config, before.replace(from, to));
    CommandRun run = expect(checkpoint);

    assertThat(run.err()).startsWith("expect: ").contains(message);
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void refusesADamagedFileInOneLine() throws IOException {
    Path checkpoint = copy(QWEN.checkpointDirectory());
    Path file = checkpoint.resolve("model-00001-of-00004.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
    CommandRun run = expect(checkpoint);

    assertThat(run.err())
        .startsWith("expect: Cannot read ")
        .contains("model-00001-of-00004.safetensors: ")
        .endsWith(": expected at least 113664 bytes of data, found 113661 bytes\n")
        .hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void saysWhatIsThereInsteadOfWeightsOrOfAConfiguration() throws Exception {
    String pointer =
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:7777
        size 23950
        """;
    String named =
        "a Git LFS pointer, oid sha256:7777, size 23950: the file itself was not fetched";
    Path weights = copy(QWEN.checkpointDirectory());
    Files.writeString(weights.resolve("model-00001-of-00004.safetensors"), pointer);
    refusesInOneLine(weights, "model-00001-of-00004.safetensors: not a safetensors file: expected");
    refusesInOneLine(weights, named);
    Files.writeString(weights.resolve("config.json"), pointer);
    refusesInOneLine(weights, "config.json is not JSON but " + named);
    Files.delete(weights.resolve("config.json"));
    Files.createDirectory(weights.resolve("config.json"));
    refusesInOneLine(weights, "config.json is a directory, not a file");
    Files.delete(weights.resolve("config.json"));
    Path pipe = weights.resolve("config.json");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    refusesInOneLine(weights, "config.json is a pipe, a socket or a device, not a file");
  }

  private static void refusesInOneLine(Path checkpoint, String message) {
    CommandRun run = expect(checkpoint);
    assertThat(run.err()).startsWith("expect: ").contains(message).hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void needsAConfiguration() throws IOException {
    Path checkpoint = copy(QWEN.checkpointDirectory());
    Files.delete(checkpoint.resolve("config.json"));
    CommandRun run = expect(checkpoint);

    assertThat(run.err())
        .isEqualTo("expect: checkpoint %s has no config.json\n".formatted(checkpoint));
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void refusesAFileInTheWayOfKeptDigests() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "mine");
    CommandRun run = expect(QWEN.checkpointDirectory(), "--tp", "2", "--out", file.toString());

    assertThat(run.err())
        .isEqualTo(
            "expect: Cannot write to %s: expected a directory, found a file\n"
                .formatted(file.resolve("expectations")));
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void keepsDigestsUntilAFileOfTheCheckpointChanges() throws IOException {
    Path checkpoint = copy(QWEN.checkpointDirectory());
    Path out = temp.resolve("out");
    String[] arguments = {"--tp", "2", "--digest", "both", "--out", out.toString()};
    CommandRun first = expect(checkpoint, arguments);
    Path stored = stored(out);
    String text = Files.readString(stored);
    String digest = JSON.readTree(first.out()).get("tensors").get(0).get("checksum").textValue();
    assertThat(text).contains(digest);
    assertThat(expect(checkpoint, arguments).out()).isEqualTo(first.out());

    rewrite(stored, text.replace(digest, "00000000000000aa"));
    assertThat(expect(checkpoint, arguments).out()).contains("00000000000000aa");

    CommandRun older =
        expect(
            checkpoint,
            "--tp",
            "2",
            "--digest",
            "both",
            "--out",
            out.toString(),
            "--rehash-days",
            "0");
    assertThat(older.out()).isEqualTo(first.out());

    rewrite(stored, text.replace(digest, "00000000000000aa"));
    Path file = checkpoint.resolve("model-00002-of-00004.safetensors");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    assertThat(expect(checkpoint, arguments).out()).isEqualTo(first.out());

    rewrite(stored, text.substring(0, text.length() / 2));
    assertThat(expect(checkpoint, arguments).out()).isEqualTo(first.out());
    assertThat(Files.readString(stored)).contains(digest);
  }

  /** In a process of its own, for what Hadoop logs. */
  @Test
  void saysNothingOfKeptDigestsThatAreEmpty() throws IOException, InterruptedException {
    Path out = temp.resolve("out");
    String checkpoint = QWEN.checkpointDirectory().toAbsolutePath().toString();
    List<String> logging =
        List.of("-Dlog4j2.configurationFile=" + Path.of("conf/log4j2.properties").toAbsolutePath());
    String[] arguments = {
      "expect", "--runtime", "sglang-0.5.23", "--checkpoint", checkpoint, "--out", out.toString()
    };
    JavaProcess first = JavaProcess.run(temp, logging, Main.class, arguments);
    assertThat(first.exitCode()).isZero();
    Path stored = stored(out);
    Files.write(stored, new byte[0]);
    Files.write(stored.resolveSibling("." + stored.getFileName() + ".crc"), new byte[0]);

    assertThat(JavaProcess.run(temp, logging, Main.class, arguments)).isEqualTo(first);
    assertThat(Files.size(stored)).isPositive();
  }

  /** Without Hadoop's sum of the file before. */
  private static void rewrite(Path stored, String text) throws IOException {
    Files.deleteIfExists(stored.resolveSibling("." + stored.getFileName() + ".crc"));
    Files.writeString(stored, text);
  }

  private static Path stored(Path out) throws IOException {
    try (Stream<Path> files = Files.list(out.resolve("expectations"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9a-f]{32}\\.json"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void findsACheckpointInOtherFilesEqual() throws IOException {
    Path other = copy(QWEN.checkpointDirectory());
    Files.delete(other.resolve("model.safetensors.index.json"));
    Files.move(
        other.resolve("model-00001-of-00004.safetensors"), other.resolve("another.safetensors"));
    CommandRun run = expect(QWEN.checkpointDirectory(), "--tp", "4", "--against", other.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    JsonNode json = JSON.readTree(run.out());
    assertThat(json.get("differences")).isEmpty();
    assertThat(json.get("engine_checksum")).isEqualTo(json.get("against_engine_checksum"));
  }

  @Test
  void namesTheTensorsThatDifferBetweenTwoCheckpoints() throws IOException {
    Path other = copy(QWEN.checkpointDirectory());
    String name = "model.layers.2.self_attn.k_proj.weight";
    JsonNode index = JSON.readTree(other.resolve("model.safetensors.index.json").toFile());
    SmallFleet.flipBit(other.resolve(index.get("weight_map").get(name).textValue()), name);
    CommandRun run = expect(QWEN.checkpointDirectory(), "--tp", "2", "--against", other.toString());

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err())
        .isEqualTo("expect: model.layers.2.self_attn.qkv_proj.weight, rank 0: the bytes differ\n");
    JsonNode difference = JSON.readTree(run.out()).get("differences");
    assertThat(difference).hasSize(1);
    assertThat(difference.get(0).get("kind").textValue()).isEqualTo("bytes");
    assertThat(difference.at("/0/checkpoint/shape")).hasToString("[128,64]");
    assertThat(JsonKeys.of(JSON.readTree(run.out())))
        .isEqualTo(
            """
            .: engine_checksum against_engine_checksum differences
            differences: rank tensor kind checkpoint against
            differences.checkpoint: dtype shape from checksum sha256
            differences.against: dtype shape from checksum sha256
            """);
    assertThat(difference.get(0).get("checkpoint").get("checksum"))
        .isNotEqualTo(difference.get(0).get("against").get("checksum"));
  }

  @Test
  void saysWhatAnotherDtypeAndOtherLayersChange() throws IOException {
    Path other = copy(QWEN.checkpointDirectory());
    Path config = other.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"bfloat16\"", "\"float16\""));
    CommandRun run = expect(QWEN.checkpointDirectory(), "--against", other.toString());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err())
        .contains(
            "expect: lm_head.weight, rank 0: BF16 [512, 64] in the checkpoint, F16 [512, 64] in the other");

    CommandRun cast =
        expect(QWEN.checkpointDirectory(), "--dtype", "bfloat16", "--against", other.toString());
    assertThat(cast.exitCode()).isZero();

    Files.writeString(
        config,
        Files.readString(config).replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2"));
    CommandRun shorter =
        expect(QWEN.checkpointDirectory(), "--dtype", "bfloat16", "--against", other.toString());
    assertThat(shorter.exitCode()).isEqualTo(3);
    assertThat(shorter.err())
        .contains(
            "expect: model.layers.2.mlp.down_proj.weight, rank 0: missing from the other checkpoint");
  }

  @Test
  void doesNotCallEqualWhatIsNotKnown() {
    GoldenSetup setup = new GoldenSetup(EngineRelease.VLLM_0_32, "qwen3-moe", "tp2");
    CommandRun run = expect(setup, "--against", setup.checkpointDirectory().toString());

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err())
        .startsWith(
            "expect: model.layers.0.mlp.experts.routed_experts.w13_weight, ranks 0, 1: not known:"
                + " how vLLM's moe-backend");
  }

  private Path copy(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.toList()) {
        Files.copy(file, temp.resolve(file.getFileName()));
      }
    }
    return temp;
  }

  private static CommandRun expect(Path checkpoint, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--runtime",
                "sglang-0.5.23",
                "--checkpoint",
                checkpoint.toAbsolutePath().toString()));
    arguments.addAll(List.of(more));
    return CommandRun.expect(arguments.toArray(String[]::new));
  }

  private static CommandRun expect(GoldenSetup setup, String... more) {
    List<String> arguments = new ArrayList<>(setup.arguments());
    arguments.addAll(List.of(more));
    return CommandRun.expect(arguments.toArray(String[]::new));
  }
}
