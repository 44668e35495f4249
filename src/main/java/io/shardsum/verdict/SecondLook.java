package io.shardsum.verdict;

import io.shardsum.damage.Damage;
import java.util.Optional;

/** What became of a {@link SuspectTensor} when its bytes were to be read again. */
public sealed interface SecondLook {

  /** What has read the suspect copy the first time, where it is of this scan. */
  Optional<ReadBy> firstBy();

  /**
   * Both copies were read again, and compared.
   *
   * @param held what the suspect copy holds by this reading
   * @param otherHeld what the other copy holds by this reading
   * @param suspectBy what has read the suspect copy the first time
   * @param otherBy what has read the other copy the first time
   * @param by what has read both now
   * @param damage how they differ; empty if they do not, or if the other copy is of an earlier scan
   * @param file of the copy that is suspect
   * @param chunks how many MiBs were read of each
   * @param origin what the bytes that differ should have come from; empty where a copy tells it
   */
  record Compared(
      HeldTensor held,
      HeldTensor otherHeld,
      ReadBy suspectBy,
      ReadBy otherBy,
      ReadBy by,
      Optional<Damage> damage,
      String file,
      int chunks,
      Optional<String> origin)
      implements SecondLook {

    /** Compared with another copy. */
    public Compared(
        HeldTensor held,
        HeldTensor otherHeld,
        ReadBy suspectBy,
        ReadBy otherBy,
        ReadBy by,
        Optional<Damage> damage,
        String file,
        int chunks) {
      this(held, otherHeld, suspectBy, otherBy, by, damage, file, chunks, Optional.empty());
    }

    @Override
    public Optional<ReadBy> firstBy() {
      return Optional.of(suspectBy);
    }
  }

  /**
   * They were not.
   *
   * @param why as a part of a sentence
   */
  record NotRead(String why, Optional<ReadBy> firstBy) implements SecondLook {}
}
