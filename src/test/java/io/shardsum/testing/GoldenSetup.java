package io.shardsum.testing;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.Topology;
import io.shardsum.io.ShardOpener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** An engine whose outcome lies under {@code golden}, started as the name of its folder says. */
public record GoldenSetup(EngineRelease release, String model, String name) {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Pattern SIZE = Pattern.compile("(tp|pp|ep|dpattn|redundant|dense)([0-9]+)");

  public static Stream<GoldenSetup> all(EngineRelease release) throws IOException {
    List<GoldenSetup> setups = new ArrayList<>();
    for (Path model : folders(root(release))) {
      for (Path setup : folders(model)) {
        String name = setup.getFileName().toString();
        if (!name.equals("checkpoint")) {
          setups.add(new GoldenSetup(release, model.getFileName().toString(), name));
        }
      }
    }
    return setups.stream();
  }

  private static Path root(EngineRelease release) {
    return GOLDEN.resolve(release == EngineRelease.VLLM_0_32 ? "vllm" : "sglang");
  }

  private static List<Path> folders(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  public Path directory() {
    return root(release).resolve(model).resolve(name);
  }

  /** Models that both engines ran have their checkpoint once. */
  public Path checkpointDirectory() {
    return Stream.of("vllm", "sglang")
        .map(engine -> GOLDEN.resolve(engine).resolve(model).resolve("checkpoint"))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  public Checkpoint checkpoint() {
    return Checkpoint.open(
        checkpointDirectory().toAbsolutePath().toString(),
        setup(),
        new Configuration(false),
        new ShardOpener(new Configuration(false)));
  }

  public EngineSetup setup() {
    Map<String, Integer> sizes = new TreeMap<>();
    Map<String, String> settings = new TreeMap<>();
    Optional<String> dtype = Optional.empty();
    Gpu gpu = Gpu.SM90;
    for (String word : name.split("-", -1)) {
      Matcher size = SIZE.matcher(word);
      if (size.matches()) {
        sizes.put(size.group(1), Integer.parseInt(size.group(2)));
        continue;
      }
      switch (word) {
        case "dplmhead" -> settings.put("enable-dp-lm-head", "");
        case "sharedtp1" -> settings.put("SGLANG_SHARED_EXPERT_TP1", "1");
        case "interleaved" -> settings.put("SGLANG_OPT_FUSE_SWIGLU_INTERLEAVED", "1");
        case "partition21" -> settings.put("SGLANG_PP_LAYER_PARTITION", "2,1");
        case "flashinfercutlass" -> settings.put("moe-runner-backend", "flashinfer_cutlass");
        case "triton" -> settings.put("moe-runner-backend", "triton");
        case "dpencoder" -> settings.put("mm-enable-dp-encoder", "");
        case "float16" -> dtype = Optional.of("float16");
        case "sm100" -> gpu = Gpu.SM100;
        default -> throw new IllegalStateException(word);
      }
    }
    if (release == EngineRelease.VLLM_0_32 && model.endsWith("moe")) {
      settings.put("moe-backend", "cpu"); // the CPU build, which permutes experts
    }
    if (sizes.containsKey("redundant")) {
      settings.put("ep-num-redundant-experts", sizes.get("redundant").toString());
    }
    if (sizes.containsKey("dense")) {
      settings.put("moe-dense-tp-size", sizes.get("dense").toString());
    }
    Topology topology =
        new Topology(
            sizes.getOrDefault("tp", 1),
            sizes.getOrDefault("pp", 1),
            sizes.getOrDefault("ep", 1),
            sizes.getOrDefault("dpattn", 1));
    return new EngineSetup(release, topology, gpu, dtype, settings);
  }

  /** As {@code jobs/expect} takes it. */
  public List<String> arguments() {
    EngineSetup setup = setup();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--checkpoint", checkpointDirectory().toAbsolutePath().toString()));
    arguments.addAll(List.of("--runtime", release.word()));
    arguments.addAll(List.of("--tp", String.valueOf(setup.topology().tp())));
    arguments.addAll(List.of("--pp", String.valueOf(setup.topology().pp())));
    arguments.addAll(List.of("--ep", String.valueOf(setup.topology().ep())));
    arguments.addAll(List.of("--attn-dp", String.valueOf(setup.topology().attentionDp())));
    arguments.addAll(List.of("--gpu", setup.gpu().name().toLowerCase(Locale.ROOT)));
    setup.dtype().ifPresent(dtype -> arguments.addAll(List.of("--dtype", dtype)));
    setup
        .settings()
        .forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    return arguments;
  }

  public List<String> lines(String file) {
    try {
      return Files.readAllLines(directory().resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return model + "/" + name;
  }
}
