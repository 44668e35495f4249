package io.shardsum.expect.model;

import io.shardsum.expect.model.CheckpointTensors.Prefix;
import io.shardsum.safetensors.DType;
import java.util.List;
import java.util.Optional;

/** The rules of one engine's release, for the engine as it is started. */
public interface EngineRules {

  /** The engine's ranks. */
  Topology topology();

  /** Why nothing of this engine is predicted, if that is so. */
  Optional<String> refusal(ModelConfig config);

  /** The kind of number of parameters that are not said to have another. */
  DType dtype(Optional<String> flag, ModelConfig config);

  /** The pipeline stages of a model with so many layers. */
  List<Stage> stages(long layers);

  /** Whether names in the checkpoint may lack the model's prefix. */
  Prefix prefix(ModelClass model);

  /** How linear modules are stored. */
  LinearWeights weights(
      ModelClass model, Checkpoint checkpoint, CheckpointTensors tensors, DType dtype);

  /**
   * Checks the tensors of the checkpoint, after all ranks were declared.
   *
   * @throws ExpectException if the engine does not start with one of them
   */
  default void requireLoadable(ModelClass model, ModelConfig config, CheckpointTensors tensors) {}

  /** What the ranks hold. */
  ModelRules modelRules(ModelClass model, ModelConfig config);
}
