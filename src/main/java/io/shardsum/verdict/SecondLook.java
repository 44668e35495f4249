package io.shardsum.verdict;

import io.shardsum.damage.Damage;
import java.util.Optional;

/** What became of a {@link SuspectTensor} when its bytes were to be read again. */
public sealed interface SecondLook {

  /**
   * Both copies were read again, and compared.
   *
   * @param damage how they differ; empty if they no longer do
   * @param file of the copy that is suspect
   * @param chunks how many MiBs were read of each
   */
  record Compared(Optional<Damage> damage, String file, int chunks) implements SecondLook {}

  /**
   * They were not.
   *
   * @param why as a part of a sentence
   */
  record NotRead(String why) implements SecondLook {}
}
