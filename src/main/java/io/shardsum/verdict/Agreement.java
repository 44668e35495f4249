package io.shardsum.verdict;

import java.util.List;
import java.util.Optional;

/**
 * What an engine agrees with, in all that its copies were compared by: checksums, dtypes and
 * shapes, and every second reading.
 *
 * @param reference how it compares with what is right by declaration; empty where nothing is, or
 *     the engine is not complete
 * @param equal the engines that hold the same in other storage
 * @param copies of all other storage that was read as a whole, the first engine each
 * @param sameStorage the engines that read the same storage: together with this one, they are one
 *     copy
 */
public record Agreement(
    Optional<WithReference> reference,
    List<String> equal,
    List<String> copies,
    List<String> sameStorage) {

  /** Copies the lists. */
  public Agreement {
    equal = List.copyOf(equal);
    copies = List.copyOf(copies);
    sameStorage = List.copyOf(sameStorage);
  }

  /** How an engine compares with a reference. */
  public enum Outcome {
    /** It is the reference. */
    IS_REFERENCE,
    /** Nothing that was compared differs. */
    EQUAL,
    /** Something differs. */
    DIFFERENT,
    /** Readings of the same bytes differ, so that the engine's are not known. */
    UNSETTLED
  }

  /**
   * An engine and what is right by declaration.
   *
   * @param comparedTensors how many of its tensors were compared with the reference
   * @param tensors all that were hashed
   */
  public record WithReference(Outcome outcome, long comparedTensors, long tensors) {

    /** Whether nothing is left that was not compared. */
    public boolean isWhole() {
      return comparedTensors == tensors;
    }
  }
}
