package io.shardsum.expect;

import io.shardsum.safetensors.DType;
import java.util.List;

/** The recipes of linear modules' parameters, as the engine's quantization stores them. */
final class LinearWeights {
  private final CheckpointTensors checkpoint;
  private final DType dtype;

  LinearWeights(CheckpointTensors checkpoint, DType dtype) {
    this.checkpoint = checkpoint;
    this.dtype = dtype;
  }

  /** The module's weight, as the engine's checksum sees it. */
  Recipe weight(Linear linear) {
    return Joined.of(linear.parts().stream().map(this::plain).toList());
  }

  /** The module's bias; zeros for a part that the checkpoint does not have. */
  Recipe bias(Linear linear) {
    return Joined.of(linear.parts().stream().map(this::biasOf).toList());
  }

  private Recipe plain(LinearPart part) {
    SourceTensor weight =
        checkpoint.get(part.module() + ".weight", List.of(part.outputs(), part.inputs()));
    return Cast.to(dtype, new Slice(weight, part.rows(), part.columns()));
  }

  private Recipe biasOf(LinearPart part) {
    return checkpoint
        .getOptional(part.module() + ".bias", List.of(part.outputs()))
        .map(bias -> Cast.to(dtype, new Slice(bias, part.rows(), Span.whole(1))))
        .orElseGet(() -> new Zeros(dtype, List.of(part.rows().length())));
  }
}
