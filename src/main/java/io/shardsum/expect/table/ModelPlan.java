package io.shardsum.expect.table;

import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.EngineRules;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ModelConfig;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.SizeLimits;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** A model's table for one checkpoint and one engine. */
public final class ModelPlan {
  private static final String SILU = "hidden_act: silu";

  /** By the file's name: each is read once. */
  private static final Map<String, ModelTables> TABLES = new ConcurrentHashMap<>();

  private final ModelTable table;
  private final String architecture;
  private final Checkpoint checkpoint;
  private final EngineRules engine;
  private final CheckpointTensors tensors;
  private final TableScope scope;

  private ModelPlan(
      ModelTable table, String architecture, Checkpoint checkpoint, EngineRules engine) {
    this.table = table;
    this.architecture = architecture;
    this.checkpoint = checkpoint;
    this.engine = engine;
    this.tensors =
        new CheckpointTensors(
            checkpoint.tensors(),
            "optional".equals(table.options().get("prefix"))
                ? CheckpointTensors.Prefix.OPTIONAL
                : CheckpointTensors.Prefix.NEEDED);
    Map<String, Object> facts = new HashMap<>(engine.facts());
    facts.put("always", true);
    facts.put("tp", (long) engine.topology().tp());
    facts.put("pp", (long) engine.topology().pp());
    facts.put("ep", (long) engine.topology().ep());
    facts.put("attn_dp", (long) engine.topology().attentionDp());
    this.scope = TableScope.of(table, checkpoint.config(), tensors, facts);
  }

  /** The tables of an engine. */
  public static ModelTables tables(EngineRules engine) {
    return TABLES.computeIfAbsent(
        engine.tables(), file -> ModelTables.load(file, engine.facts().keySet(), engine.groups()));
  }

  /**
   * The plan, if the engine's tables have the class that config.json names.
   *
   * @throws ExpectException if a key of config.json is null that must not be
   */
  public static Optional<ModelPlan> of(Checkpoint checkpoint, EngineRules engine) {
    List<String> architectures = checkpoint.config().texts("architectures");
    return architectures.size() == 1
        ? tables(engine)
            .of(architectures.get(0))
            .map(table -> new ModelPlan(table, architectures.get(0), checkpoint, engine))
        : Optional.empty();
  }

  /** Why nothing of it is predicted, if that is so. */
  public Optional<String> refusal() {
    return table.refuse().entrySet().stream()
        .filter(entry -> scope.holds(Optional.of(entry.getKey())))
        .map(entry -> scope.message(entry.getValue()))
        .findFirst();
  }

  /**
   * What the ranks hold.
   *
   * @param dtype as the engine's flag says it
   * @throws ExpectException if the engine does not start so
   */
  public List<ExpectedRank> ranks(Optional<String> dtype) {
    ModelConfig config = scope.config();
    requireActivation(config);
    long layers = config.size("num_hidden_layers");
    SizeLimits.requireLayers(layers, engine.topology().tp());
    engine.requireFitting(table.hasExperts());
    boolean isOfText = config.has("dtype") || config.has("torch_dtype");
    DType ofParameters =
        engine.dtype(dtype, isOfText ? config : checkpoint.config(), table.options());
    table
        .require()
        .forEach(
            (condition, message) -> {
              if (!scope.holds(Optional.of(condition))) {
                throw new ExpectException(scope.message(message));
              }
            });
    Quantization quantization = quantization(ofParameters);
    Weights weights =
        new Weights(
            tensors,
            ofParameters,
            quantization,
            engine.linearLoading(ofParameters),
            engine.hasZeroBiases() ? Weights.MissingBias.ZERO : Weights.MissingBias.REFUSED);
    List<Stage> stages = engine.stages(layers);
    stages.forEach(this::requireInEachStage);
    List<ExpectedRank> ranks = new ArrayList<>();
    for (int rank = 0; rank < engine.topology().worldSize(); rank++) {
      Stage stage = stages.get(engine.topology().stageOf(rank));
      ranks.add(new RankTensors(table, engine, weights, rank).of(stage, scope));
    }
    if (quantization.scheme() == Quantization.Scheme.NONE) {
      engine.ignoredTensors().ifPresent(this::requireNothingElse);
    }
    return ranks;
  }

  /** What this class does not load, or what is not proved of it, is refused. */
  private Quantization quantization(DType dtype) {
    Quantization quantization = engine.quantization(checkpoint, dtype);
    Map<String, String> options = table.options();
    Optional<String> uncovered =
        switch (quantization.scheme()) {
          case BLOCK_FP8 -> Optional.ofNullable(options.get("block fp8"));
          case CHANNEL_FP8 ->
              options.containsKey("channel fp8")
                  ? Optional.empty()
                  : Optional.of("fp8 with a scale for each row is not proved for this class");
          default -> Optional.empty();
        };
    return uncovered.map(quantization::refusing).orElse(quantization);
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
  private void requireNothingElse(List<String> ignored) {
    Map<Pattern, Optional<Expression>> dropped = new HashMap<>();
    table.dropped().forEach((pattern, when) -> dropped.put(Pattern.compile(pattern), when));
    ignored.forEach(pattern -> dropped.put(Pattern.compile(pattern), Optional.empty()));
    for (SourceTensor tensor : tensors.notAskedFor()) {
      if (dropped.entrySet().stream()
          .noneMatch(entry -> isDropped(tensor.name(), entry.getKey(), entry.getValue()))) {
        throw new ExpectException(
            "%s in %s: vLLM does not start, since %s has no such parameter"
                .formatted(
                    ForeignText.shown(tensor.name()),
                    ForeignText.shown(tensor.fileName()),
                    architecture));
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
