package io.shardsum.expect;

import io.shardsum.safetensors.DType;
import java.util.Optional;

/** The kind of number that an engine gives a model's parameters. */
final class ModelDtype {
  private static final String EXPECTED = "expected auto, half, float16, bfloat16, float or float32";

  private ModelDtype() {}

  /**
   * In SGLang: what the flag says; else what config.json says, but float16 where that is float32 or
   * nothing.
   *
   * @throws ExpectException if it is another kind
   */
  static DType sglang(Optional<String> flag, ModelConfig config) {
    if (flag.isPresent()) {
      return ofFlag(flag.get());
    }
    DType stored = ofConfig(config).orElse(DType.F32);
    return stored == DType.F32 ? DType.F16 : stored;
  }

  /**
   * In vLLM: what the flag says; else what config.json says, but bfloat16 where that is float32.
   *
   * @throws ExpectException if it is another kind, or nothing says it
   */
  static DType vllm(Optional<String> flag, ModelConfig config) {
    if (flag.isPresent()) {
      return ofFlag(flag.get());
    }
    DType stored =
        ofConfig(config)
            .orElseThrow(
                () -> new ExpectException("config.json has no dtype: expected it, or --dtype"));
    return stored == DType.F32 ? DType.BF16 : stored;
  }

  private static DType ofFlag(String name) {
    return named(name)
        .orElseThrow(
            () ->
                new ExpectException(
                    "dtype is %s; %s".formatted(MessageText.quoted(name), EXPECTED)));
  }

  /** The newer key counts where both are there, as in transformers. */
  private static Optional<DType> ofConfig(ModelConfig config) {
    Optional<String> name = config.text("dtype").or(() -> config.text("torch_dtype"));
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return named(name.get())
        .map(Optional::of)
        .orElseThrow(
            () ->
                new ExpectException(
                    "config.json: dtype is %s; expected float16, bfloat16 or float32"
                        .formatted(MessageText.quoted(name.get()))));
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
