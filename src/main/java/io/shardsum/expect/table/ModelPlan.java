package io.shardsum.expect.table;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.ModelDtype;
import io.shardsum.expect.model.PipelineSplit;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.SizeLimits;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import io.shardsum.fleet.CheckpointListing;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** A model's table for one checkpoint and one engine, as it is started. */
public final class ModelPlan {
  private static final String SILU = "hidden_act: silu";

  /** Each file is read once. */
  private static final Map<EngineRelease, ModelTables> TABLES = new ConcurrentHashMap<>();

  private final EngineSetup setup;
  private final Checkpoint checkpoint;
  private final Optional<ModelTable> ofClass;
  private final ModelTable table;
  private final CheckpointTensors tensors;
  private final Topology topology;
  private final TableScope scope;

  /**
   * Reads the engine's flags and variables, and looks up the class that config.json names.
   *
   * @throws ExpectException if a setting is not known or has a wrong value, or a key of config.json
   *     is null that must not be
   */
  public ModelPlan(Checkpoint checkpoint, EngineSetup setup) {
    this.setup = setup;
    this.checkpoint = checkpoint;
    ModelTables tables = tables(setup.release());
    List<String> architectures = checkpoint.config().texts("architectures");
    this.ofClass =
        Optional.of(architectures)
            .filter(all -> all.size() == 1)
            .flatMap(all -> tables.of(all.get(0)));
    this.table = ofClass.orElse(tables.engine());
    this.tensors =
        new CheckpointTensors(
            checkpoint.tensors(),
            "optional".equals(table.options().get("prefix"))
                ? CheckpointTensors.Prefix.OPTIONAL
                : CheckpointTensors.Prefix.NEEDED);
    TableScope started = TableScope.of(table, checkpoint.config(), tensors, facts(tables));
    this.topology =
        started.is("experts_on_all_ranks")
            ? setup.topology().withExpertsOnAllRanks()
            : setup.topology();
    this.scope = started.with("ep", (long) topology.ep());
  }

  /** The tables of an engine. */
  static ModelTables tables(EngineRelease release) {
    return TABLES.computeIfAbsent(
        release, known -> ModelTables.load("/classes/" + known.word() + ".yaml"));
  }

  /** What expressions may ask of the engine and the checkpoint. */
  private Map<String, Object> facts(ModelTables tables) {
    Map<String, Object> facts = new HashMap<>(Settings.values(tables.settings(), setup.settings()));
    facts.put("always", true);
    facts.put("tp", (long) setup.topology().tp());
    facts.put("pp", (long) setup.topology().pp());
    facts.put("attn_dp", (long) setup.topology().attentionDp());
    facts.put("gpu", setup.gpu().name().toLowerCase(Locale.ROOT));
    facts.put("has_experts", table.hasExperts());
    // vLLM asks for any tensor of the directory with a head's name, read or not.
    facts.put(
        "has_head",
        checkpoint.allTensors().anyMatch(tensor -> tensor.name().endsWith("lm_head.weight")));
    facts.put("mistral_config", checkpoint.hasMistralConfig());
    facts.put(
        "consolidated_files",
        checkpoint.files().stream().anyMatch(CheckpointListing::isConsolidated));
    return facts;
  }

  /** The engine's ranks; its expert-parallel size may be another than was asked for. */
  public Topology topology() {
    return topology;
  }

  /** Why nothing of it is predicted, if that is so. */
  public Optional<String> refusal() {
    return scope
        .first(table.refuse())
        .or(() -> ofClass.isPresent() ? Optional.empty() : Optional.of(notKnown()));
  }

  private String notKnown() {
    List<String> architectures = checkpoint.config().texts("architectures");
    String known = String.join(", ", tables(setup.release()).names());
    return architectures.isEmpty()
        ? "config.json names no model class under architectures; known: " + known
        : "the rules of model class %s are not known; known: %s"
            .formatted(ForeignText.quoted(String.join(", ", architectures)), known);
  }

  /**
   * What the ranks hold.
   *
   * @throws ExpectException if the engine does not start so
   */
  public List<ExpectedRank> ranks() {
    ModelConfig config = scope.config();
    requireActivation(config);
    long layers = config.size("num_hidden_layers");
    SizeLimits.requireLayers(layers, topology.tp());
    DType dtype = dtype(config);
    Quantization asked =
        Quantization.of(checkpoint, Optional.ofNullable(setup.settings().get("quantization")));
    TableScope ofModel = scope.with("dtype", dtype.name()).with("asks_for_fp8", asked.isFp8());
    table
        .require()
        .forEach(
            (condition, message) -> {
              if (!ofModel.holds(Optional.of(condition))) {
                throw new ExpectException(ofModel.message(message));
              }
            });
    Quantization quantization = covered(asked);
    Weights weights =
        new Weights(
            tensors,
            dtype,
            quantization,
            ofModel.is("requantizes") ? Fp8Loading.ON_SM100 : Fp8Loading.AS_STORED,
            ofModel.is("zero_biases") ? Weights.MissingBias.ZERO : Weights.MissingBias.REFUSED);
    List<Stage> stages = stages(layers);
    stages.forEach(this::requireInEachStage);
    List<ExpectedRank> ranks = new ArrayList<>();
    for (int rank = 0; rank < topology.worldSize(); rank++) {
      Stage stage = stages.get(topology.stageOf(rank));
      ranks.add(new RankTensors(table, topology, weights, rank).of(stage, ofModel));
    }
    if (quantization.scheme() == Quantization.Scheme.NONE && !table.dropped().isEmpty()) {
      requireNothingElse();
    }
    return ranks;
  }

  private DType dtype(ModelConfig ofText) {
    boolean isOfText = ofText.has("dtype") || ofText.has("torch_dtype");
    return switch (setup.release()) {
      case SGLANG_0_5_23 ->
          ModelDtype.sglang(
              setup.dtype(),
              isOfText ? ofText : checkpoint.config(),
              table.options().getOrDefault("float32 becomes", "float16"));
      case VLLM_0_32 -> ModelDtype.vllm(setup.dtype(), ofText, checkpoint);
    };
  }

  private List<Stage> stages(long layers) {
    TableScope ofLayers = scope.with("layers", layers);
    Optional<String> partition = scope.named("layer_partition").map(String::valueOf);
    return partition.isPresent()
        ? PipelineSplit.given(
            scope.label(table.sizes().get("layer_partition")),
            partition.get(),
            layers,
            topology.pp())
        : PipelineSplit.even(
            layers, topology.pp(), stage -> ofLayers.with("stage", stage).is("has_one_more_layer"));
  }

  /** What this class does not load, or what is not proved of it, is refused. */
  private Quantization covered(Quantization quantization) {
    Optional<String> uncovered =
        switch (quantization.scheme()) {
          case BLOCK_FP8 -> Optional.ofNullable(table.options().get("block fp8"));
          case CHANNEL_FP8 -> notLoaded("channel fp8", "row");
          case TENSOR_FP8, STATIC_FP8 -> notLoaded("tensor fp8", "tensor");
          default -> Optional.empty();
        };
    return uncovered.map(quantization::refusing).orElse(quantization);
  }

  private Optional<String> notLoaded(String option, String each) {
    String notProved =
        "Shardsum does not support fp8 with a scale for each %s in this class".formatted(each);
    return Optional.of(table.options().getOrDefault(option, notProved))
        .filter(reason -> !reason.equals("loaded"));
  }

  private void requireActivation(ModelConfig config) {
    String[] wanted = table.options().getOrDefault("activation", SILU).split(": ", 2);
    String activation = config.text(wanted[0]).orElse(wanted[1]);
    if (!activation.equals(wanted[1])) {
      throw new ExpectException(
          "config.json: %s is %s; expected %s"
              .formatted(wanted[0], ForeignText.quoted(activation), wanted[1]));
    }
  }

  private void requireInEachStage(Stage stage) {
    Span layers = stage.layers();
    TableScope ofStage = scope.with("stage", (long) stage.index()).with("begin", layers.begin());
    table
        .requireEachStage()
        .forEach(
            (condition, message) -> {
              if (LongStream.range(layers.begin(), layers.end())
                  .noneMatch(l -> ofStage.with("L", l).holds(Optional.of(condition)))) {
                throw new ExpectException(ofStage.message(message));
              }
            });
  }

  /** Checks that all tensors were asked for, or are left aside. */
  private void requireNothingElse() {
    Map<Pattern, Optional<Expression>> dropped = new HashMap<>();
    table.dropped().forEach((pattern, when) -> dropped.put(Pattern.compile(pattern), when));
    for (SourceTensor tensor : tensors.notAskedFor()) {
      if (dropped.entrySet().stream()
          .noneMatch(entry -> isDropped(tensor.name(), entry.getKey(), entry.getValue()))) {
        throw new ExpectException(
            "%s in %s: vLLM does not start, since %s has no such parameter"
                .formatted(
                    ForeignText.shown(tensor.name()),
                    ForeignText.shown(tensor.fileName()),
                    checkpoint.config().texts("architectures").get(0)));
      }
    }
  }

  /** A pattern's group is the layer. */
  private boolean isDropped(String name, Pattern pattern, Optional<Expression> when) {
    Matcher matcher = pattern.matcher(name);
    return matcher.matches()
        && (matcher.groupCount() == 0
            || scope.with("L", Long.parseLong(matcher.group(1))).holds(when));
  }
}
