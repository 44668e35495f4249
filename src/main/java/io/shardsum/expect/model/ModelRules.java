package io.shardsum.expect.model;

/** What the ranks of an engine hold of one model class. */
public interface ModelRules {

  /**
   * Declares all tensors of a rank.
   *
   * @throws ExpectException if the engine would not start
   */
  void declare(int rank, Stage stage, DeclaredTensors tensors);
}
