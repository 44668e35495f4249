package io.shardsum.scan.checkpoint;

import io.shardsum.expect.Expectation;
import io.shardsum.expect.ExpectationStore;
import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.fleet.CheckpointSpec;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.Parallelism;
import io.shardsum.fleet.Visibility;
import java.util.List;
import java.util.Optional;

/**
 * What the engines of a comparison group must hold by the checkpoint that they were started with.
 *
 * @param group the comparison group, of files; running engines have the same
 * @param engines all that are compared with it, also those that do not name the checkpoint
 * @param expectation of one replica
 * @param digest all digests that something is compared by
 * @param skip patterns of names that are left out of comparisons
 * @param visibility all hosts' only if all of the engines say so
 */
public record ExpectedModel(
    String group,
    List<String> engines,
    Optional<String> model,
    Optional<String> revision,
    Parallelism parallelism,
    CheckpointSpec spec,
    Checkpoint checkpoint,
    EngineSetup setup,
    Expectation expectation,
    Digest digest,
    List<String> skip,
    Visibility visibility) {

  public ExpectedModel {
    engines = List.copyOf(engines);
    skip = List.copyOf(skip);
  }

  /** How findings call it. */
  String name() {
    return "checkpoint %s as %s loads it".formatted(spec.directory(), spec.runtime());
  }

  /** What is hashed of it. */
  ExpectationStore.Subject subject() {
    return new ExpectationStore.Subject(checkpoint, setup, expectation, digest);
  }

  /** Whether its files are local ones, of which each host may have others. */
  boolean isOfOneHost() {
    return !visibility.equals(Visibility.ALL_HOSTS)
        && checkpoint.files().stream().anyMatch(file -> file.path().startsWith("file:"));
  }

  boolean isSkipped(String tensor) {
    return skip.stream().anyMatch(tensor::contains);
  }
}
