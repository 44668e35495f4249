package io.shardsum.expect.model;

import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kind of number that an engine gives a model's parameters. */
public final class ModelDtype {
  private static final String EXPECTED = "expected auto, half, float16, bfloat16, float or float32";

  private ModelDtype() {}

  /**
   * In SGLang: what the flag says; else what config.json says, but another where that is float32 or
   * nothing.
   *
   * @param ofFloat32 the other
   * @throws ExpectException if it is another kind
   */
  public static DType sglang(Optional<String> flag, ModelConfig config, String ofFloat32) {
    if (flag.isPresent()) {
      return ofFlag(flag.get());
    }
    DType stored = ofConfig(config).orElse(DType.F32);
    return stored == DType.F32 ? named(ofFloat32).orElseThrow() : stored;
  }

  /**
   * In vLLM: what the flag says; else what config.json says, or where it says nothing what holds
   * all numbers of the checkpoint; but bfloat16 where that is float32.
   *
   * @param ofText that which counts if the root says nothing
   * @throws ExpectException if it is another kind, or nothing says it
   */
  public static DType vllm(Optional<String> flag, ModelConfig ofText, Checkpoint checkpoint) {
    if (flag.isPresent()) {
      return ofFlag(flag.get());
    }
    DType stored =
        ofConfig(checkpoint.config())
            .or(() -> ofConfig(ofText))
            .orElseGet(() -> widest(checkpoint));
    return stored == DType.F32 ? DType.BF16 : stored;
  }

  /** Integers and FP8 fit into each of the three. */
  private static DType widest(Checkpoint checkpoint) {
    Set<DType> dtypes =
        checkpoint.allTensors().map(SourceTensor::dtype).collect(Collectors.toSet());
    boolean isBetween = dtypes.contains(DType.F16) && dtypes.contains(DType.BF16);
    if (dtypes.contains(DType.F64) || (isBetween && !dtypes.contains(DType.F32))) {
      throw new ExpectException(
          "config.json has no dtype, and the checkpoint has tensors in %s: expected it, or --dtype"
              .formatted(
                  dtypes.stream().map(DType::name).sorted().collect(Collectors.joining(", "))));
    }
    return Stream.of(DType.F32, DType.BF16, DType.F16)
        .filter(dtypes::contains)
        .findFirst()
        .orElseThrow(
            () -> new ExpectException("config.json has no dtype: expected it, or --dtype"));
  }

  private static DType ofFlag(String name) {
    return named(name).orElseThrow(() -> wrong("dtype", name, EXPECTED));
  }

  /** The newer key counts where both are there, as in transformers. */
  private static Optional<DType> ofConfig(ModelConfig config) {
    Optional<String> name = config.text("dtype").or(() -> config.text("torch_dtype"));
    return name.map(
        text ->
            named(text)
                .orElseThrow(
                    () ->
                        wrong(
                            "config.json: dtype", text, "expected float16, bfloat16 or float32")));
  }

  private static ExpectException wrong(String what, String name, String expected) {
    return new ExpectException("%s is %s; %s".formatted(what, ForeignText.quoted(name), expected));
  }

  private static Optional<DType> named(String name) {
    String bare = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    return switch (bare) {
      case "half", "float16" -> Optional.of(DType.F16);
      case "bfloat16" -> Optional.of(DType.BF16);
      case "float", "float32" -> Optional.of(DType.F32);
      default -> Optional.empty();
    };
  }
}
