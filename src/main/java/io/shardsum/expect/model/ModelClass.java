package io.shardsum.expect.model;

import io.shardsum.text.ForeignText;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model classes whose rules are known. */
public enum ModelClass {
  LLAMA("LlamaForCausalLM"),
  MISTRAL("MistralForCausalLM"),
  QWEN2("Qwen2ForCausalLM"),
  QWEN3("Qwen3ForCausalLM"),
  QWEN3_MOE("Qwen3MoeForCausalLM"),
  DEEPSEEK_V3("DeepseekV3ForCausalLM");

  private final String architecture;

  ModelClass(String architecture) {
    this.architecture = architecture;
  }

  /** The class that config.json names, if it is known. */
  public static Optional<ModelClass> of(ModelConfig config) {
    List<String> architectures = config.texts("architectures");
    return Arrays.stream(values())
        .filter(model -> architectures.equals(List.of(model.architecture)))
        .findFirst();
  }

  /** Why nothing is predicted of a model whose class is not known. */
  public static String notKnown(ModelConfig config) {
    List<String> architectures = config.texts("architectures");
    String known =
        Arrays.stream(values()).map(model -> model.architecture).collect(Collectors.joining(", "));
    return architectures.isEmpty()
        ? "config.json names no model class under architectures; known: " + known
        : "the rules of model class %s are not known; known: %s"
            .formatted(ForeignText.quoted(String.join(", ", architectures)), known);
  }
}
