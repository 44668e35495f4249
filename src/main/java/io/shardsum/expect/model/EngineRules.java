package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Span;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The rules of one engine's release, for the engine as it is started. */
public interface EngineRules {

  /** The file of its model classes' tables. */
  String tables();

  /** The engine's ranks. */
  Topology topology();

  /** Why nothing of this engine is predicted, if that is so. */
  Optional<String> refusal(ModelConfig config);

  /**
   * The kind of number of parameters that are not said to have another.
   *
   * @param config that of the text part
   * @param options of the model's table
   */
  DType dtype(Optional<String> flag, ModelConfig config, Map<String, String> options);

  /** The pipeline stages of a model with so many layers. */
  List<Stage> stages(long layers);

  /** The names of groups of ranks. */
  Set<String> groups();

  /** What a rank holds of that which a group shares. */
  Share share(String group, int rank);

  /** What tables may ask of the engine, by name: numbers, texts, and true or false. */
  Map<String, Object> facts();

  /** How a vocabulary is padded. */
  Vocabulary.Padding padding();

  /** What is quantized, and how. */
  Quantization quantization(Checkpoint checkpoint, DType dtype);

  /** What becomes of block-quantized FP8 of linear modules. */
  default Fp8Loading linearLoading(DType dtype) {
    return Fp8Loading.AS_STORED;
  }

  /** What becomes of that of experts. */
  default Fp8Loading expertLoading() {
    return Fp8Loading.AS_STORED;
  }

  /** Whether a bias that the checkpoint does not have is zero; if not, it is not known. */
  default boolean hasZeroBiases() {
    return false;
  }

  /** How many experts there are twice. */
  default long redundantExperts() {
    return 0;
  }

  /**
   * Which of so many experts a rank holds.
   *
   * @throws ExpectException if ranks cannot share them
   */
  default Span experts(int rank, long count) {
    return topology().expertShare(rank).span(count, "experts");
  }

  /**
   * How experts lie.
   *
   * @param options of the model's table
   * @throws io.shardsum.expect.recipe.UnpredictableException if that is not known
   */
  ExpertLayout expertLayout(Quantization.Scheme scheme, DType dtype, Map<String, String> options);

  /**
   * Checks that the engine starts with a model.
   *
   * @throws ExpectException if it does not
   */
  void requireFitting(boolean hasExperts);

  /**
   * Whether it does not start with a tensor that is no parameter.
   *
   * @return patterns of the names that it leaves aside; empty if it takes any
   */
  default Optional<List<String>> ignoredTensors() {
    return Optional.empty();
  }
}
