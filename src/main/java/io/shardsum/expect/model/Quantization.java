package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Which modules of a model are quantized, and how.
 *
 * @param scheme what a quantized module holds
 * @param ignored modules that are not, as dotted paths or parts of them
 * @param refusal why weights of quantized modules are not predicted; empty if they are
 */
public record Quantization(Scheme scheme, List<String> ignored, String refusal) {
  private static final List<Long> BLOCK = List.of(128L, 128L);
  private static final String EXPERTS = "experts";

  /** INT4 that SGLang repacks for Marlin, as it takes no other kernel. */
  private static final Set<String> REPACKED = Set.of("awq", "gptq");

  /** Before a regular expression, as compressed-tensors has it. */
  private static final String REGEX = "re:";

  public enum Scheme {
    NONE,
    /** Blocks of 128 x 128, a float32 scale each. */
    BLOCK_FP8,
    /** A float32 scale for each row; activations are quantized as they come. */
    CHANNEL_FP8,
    /** A float32 scale for each tensor; activations are quantized as they come. */
    TENSOR_FP8,
    /** A float32 scale for each tensor, and for the activations that meet it. */
    STATIC_FP8,
    /** A covered scheme under circumstances that are not. */
    REFUSED,
    /** Another scheme, which may quantize the head, too. */
    UNKNOWN,
    /** Another scheme, of experts alone. */
    EXPERTS
  }

  public Quantization {
    ignored = List.copyOf(ignored);
  }

  /**
   * What the checkpoint says, and the engine's flag.
   *
   * @param flag what the engine is told to quantize with, if it is told
   */
  public static Quantization of(Checkpoint checkpoint, Optional<String> flag) {
    Optional<ModelConfig> config =
        Stream.of(Optional.of(checkpoint.config()), checkpoint.config().object("text_config"))
            .flatMap(Optional::stream)
            .flatMap(part -> part.object("quantization_config").stream())
            .findFirst();
    if (checkpoint.hasQuantizationFile() || checkpoint.config().has("compression_config")) {
      return unknown("the checkpoint describes a quantization that Shardsum does not support");
    }
    if (config.isEmpty()) {
      return flag.isEmpty()
          ? new Quantization(Scheme.NONE, List.of(), "")
          : unknown(
              "Shardsum does not support quantization %s of a checkpoint that is not quantized"
                  .formatted(ForeignText.quoted(flag.get())));
    }
    return ofConfig(config.get(), flag);
  }

  private static Quantization ofConfig(ModelConfig config, Optional<String> flag) {
    String method = config.text("quant_method").orElse("");
    String given = flag.orElse(method);
    String uncovered =
        "Shardsum does not support quantization %s; supported: fp8 in blocks, or by rows"
            .formatted(ForeignText.quoted(given));
    if (given.equals(method) && method.equals("mxfp4")) {
      return new Quantization(Scheme.EXPERTS, List.of(), uncovered);
    }
    if (given.equals(method) && method.equals("compressed-tensors")) {
      return new Quantization(
          isByRows(config) ? Scheme.CHANNEL_FP8 : Scheme.UNKNOWN,
          config.texts("ignore").stream().filter(Quantization::isReadable).toList(),
          uncovered);
    }
    if (given.equals(method) && REPACKED.contains(method)) {
      List<String> ignored = new ArrayList<>(config.texts("modules_to_not_convert"));
      if (!config.flag("lm_head")) {
        ignored.add("lm_head");
      }
      return new Quantization(
          Scheme.UNKNOWN,
          ignored,
          "quantization %s: the engine repacks its weights for the kernel that multiplies them"
              .formatted(method));
    }
    if (!method.equals("fp8") || !given.equals(method)) {
      return unknown(uncovered);
    }
    List<String> ignored =
        withAndWithoutPrefix(
            config.has("ignored_layers")
                ? config.texts("ignored_layers")
                : config.texts("modules_to_not_convert"));
    boolean isDynamic = config.text("activation_scheme").equals(Optional.of("dynamic"));
    boolean isStatic = config.text("activation_scheme").equals(Optional.of("static"));
    if (!config.has("weight_block_size") && (isDynamic || isStatic)) {
      return new Quantization(
          isStatic ? Scheme.STATIC_FP8 : Scheme.TENSOR_FP8,
          ignored,
          "Shardsum does not support experts in fp8 with a scale for each tensor");
    }
    if (!config.numbers("weight_block_size").equals(BLOCK) || !isDynamic) {
      return refused(
          "Shardsum supports fp8 in blocks only with weight_block_size [128, 128] and activation_scheme"
              + " dynamic",
          ignored);
    }
    return new Quantization(Scheme.BLOCK_FP8, ignored, "");
  }

  /** Whether all linear modules are, and the activations of each token as they come. */
  private static boolean isByRows(ModelConfig config) {
    Optional<ModelConfig> groups = config.object("config_groups");
    Optional<ModelConfig> all = groups.flatMap(group -> group.object("group_0"));
    return all.isPresent()
        && !groups.get().has("group_1")
        && !config.has("linear_fp8_config")
        && all.get().texts("targets").equals(List.of("Linear"))
        && all.get().object("weights").filter(w -> isFp8(w, "channel", false)).isPresent()
        && all.get().object("input_activations").filter(a -> isFp8(a, "token", true)).isPresent();
  }

  private static boolean isFp8(ModelConfig part, String strategy, boolean isDynamic) {
    return part.number("num_bits").equals(Optional.of(8.0))
        && part.text("type").equals(Optional.of("float"))
        && part.text("strategy").equals(Optional.of(strategy))
        && part.flag("symmetric")
        && part.flag("dynamic") == isDynamic;
  }

  private static Quantization refused(String reason, List<String> ignored) {
    return new Quantization(Scheme.REFUSED, ignored, reason);
  }

  private static Quantization unknown(String reason) {
    return new Quantization(Scheme.UNKNOWN, List.of(), reason);
  }

  private static List<String> withAndWithoutPrefix(List<String> modules) {
    List<String> both = new ArrayList<>();
    for (String module : modules) {
      String base = module.startsWith("model.") ? module.substring("model.".length()) : module;
      both.add(base);
      both.add("model." + base);
    }
    return both;
  }

  /** Whether config.json asks for FP8, covered or not. */
  public boolean isFp8() {
    return scheme == Scheme.BLOCK_FP8 || scheme == Scheme.REFUSED || isByTensors();
  }

  /** Whether each weight in FP8 has one scale. */
  public boolean isByTensors() {
    return scheme == Scheme.TENSOR_FP8 || scheme == Scheme.STATIC_FP8;
  }

  /** The same modules; their weights are not predicted, for that reason. */
  public Quantization refusing(String reason) {
    return scheme == Scheme.BLOCK_FP8 || scheme == Scheme.CHANNEL_FP8 || isByTensors()
        ? refused(reason, ignored)
        : this;
  }

  /**
   * What a linear module holds.
   *
   * @param name the module's, for the message
   * @param modules of the checkpoint that it is made of
   * @throws ExpectException if some of them are ignored and some are not
   */
  public Scheme scheme(String name, Collection<String> modules) {
    long skipped = modules.stream().filter(this::isIgnored).count();
    if (skipped != 0 && skipped != modules.size()) {
      throw new ExpectException(
          "config.json: some, but not all parts of %s are to be quantized: expected all or none"
              .formatted(ForeignText.shown(name)));
    }
    return skipped == 0 && scheme != Scheme.EXPERTS ? scheme : Scheme.NONE;
  }

  /** What the experts of that module hold. */
  public Scheme ofExperts(String module) {
    boolean skipped =
        isIgnored(module)
            || ignored.stream().anyMatch(name -> name.contains(EXPERTS) && name.contains(module));
    boolean isUncovered = scheme == Scheme.EXPERTS || scheme == Scheme.CHANNEL_FP8 || isByTensors();
    return skipped ? Scheme.NONE : isUncovered ? Scheme.UNKNOWN : scheme;
  }

  /** What is not makes modules count as quantized, which are then refused. */
  private static boolean isReadable(String name) {
    try {
      Pattern.compile(name.startsWith(REGEX) ? name.substring(REGEX.length()) : "");
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private boolean isIgnored(String module) {
    return ignored.stream()
        .anyMatch(
            name ->
                name.startsWith(REGEX)
                    ? Pattern.compile(name.substring(REGEX.length())).matcher(module).lookingAt()
                    : ("." + module + ".").contains("." + name + "."));
  }
}
