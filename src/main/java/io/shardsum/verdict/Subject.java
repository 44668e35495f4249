package io.shardsum.verdict;

import io.shardsum.fleet.WeightSource;
import java.util.Optional;

/**
 * What a finding is about.
 *
 * @param source of the copies that it is about
 * @param engine empty: several engines, or the whole comparison group
 * @param rank empty: the whole engine, or several ranks of it
 * @param tensor empty: several tensors, or the whole rank
 */
public record Subject(
    WeightSource source,
    Optional<String> engine,
    Optional<Integer> rank,
    Optional<TensorName> tensor) {

  /** All copies of a comparison group, or the fleet. */
  public static final Subject EVERYBODY =
      new Subject(WeightSource.FILES, Optional.empty(), Optional.empty(), Optional.empty());

  /** An engine as a whole, or several ranks of it. */
  public static Subject engine(String engine) {
    return new Subject(WeightSource.FILES, Optional.of(engine), Optional.empty(), Optional.empty());
  }

  /** A rank of an engine. */
  public static Subject rank(String engine, int rank) {
    return new Subject(
        WeightSource.FILES, Optional.of(engine), Optional.of(rank), Optional.empty());
  }

  /** A tensor of an engine's rank. */
  public static Subject tensor(String engine, int rank, TensorName tensor) {
    return new Subject(
        WeightSource.FILES, Optional.of(engine), Optional.of(rank), Optional.of(tensor));
  }

  /** The same of copies that come from elsewhere. */
  public Subject from(WeightSource other) {
    return new Subject(other, engine, rank, tensor);
  }

  /** A rank of a comparison group, in all of its copies. */
  public static Subject everybodyAt(int rank, Optional<TensorName> tensor) {
    return new Subject(WeightSource.FILES, Optional.empty(), Optional.of(rank), tensor);
  }
}
