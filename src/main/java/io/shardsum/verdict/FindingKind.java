package io.shardsum.verdict;

import java.util.Arrays;

/** What can be wrong with the copies of a model, each with the cause that is most likely. */
public enum FindingKind {
  /** A tensor has the expected dtype and shape, and other bytes. */
  DAMAGED(Meaning.DIFFERENCE, "changed in storage or on its way there"),
  /** The whole rank, or engine, is that of another revision of the model. */
  STALE_REVISION(Meaning.DIFFERENCE, "not updated, or updated to something else"),
  /** Tensors hold quite other bytes, without a pattern: other weights of the same shapes. */
  OTHER_WEIGHTS(Meaning.DIFFERENCE, "another model, revision or training state"),

  /** Some tensors are of another revision of the model. */
  PARTIAL_UPDATE(Meaning.DIFFERENCE, "an update that did not end"),
  /** A rank, or some of its tensors, holds what another rank should. */
  SWAPPED_RANKS(Meaning.DIFFERENCE, "files exported or copied under another rank's name"),
  /** Tensors hold the bytes of other tensors. */
  SWAPPED_TENSORS(Meaning.DIFFERENCE, "tensors written under each other's names"),
  /** A tensor is not there. */
  MISSING_TENSOR(Meaning.DIFFERENCE, "an export that left it out, or did not end"),
  /** A tensor is there that should not be. */
  EXTRA_TENSOR(Meaning.DIFFERENCE, "an export with other options, or of another model"),
  /** A tensor has another dtype or shape. */
  DTYPE_OR_SHAPE(Meaning.DIFFERENCE, "an export with another dtype or parallelism"),
  /** Whole engines hold different weights, and none of them has a majority. */
  SPLIT(Meaning.DIFFERENCE, "an update that reached a part of the fleet"),
  /** Copies of a tensor differ, and there is no majority. */
  UNDECIDED(Meaning.DIFFERENCE, "too few copies agree to tell which is right"),
  /** A file of an expected rank is not there. */
  MISSING_RANK(Meaning.UNREAD, "an export or a copy that did not end"),
  /** Two files claim to be the same part of a rank. */
  DUPLICATE_RANK(Meaning.UNREAD, "files of two exports in one directory"),
  /** A file could not be read, or is not what its header says. */
  UNREADABLE(Meaning.UNREAD, "a file cut short, broken, or without the right to read it"),
  /** A file has other bytes than its publisher says. */
  FILE_DIFFERS(Meaning.DIFFERENCE, "changed since it was published"),
  /** A file that its publisher names was not read. */
  FILE_MISSING(Meaning.DIFFERENCE, "a download or copy that did not end"),
  /** A file is read that its publisher does not name. */
  FILE_EXTRA(Meaning.DIFFERENCE, "a file of another model or revision"),
  /** A running engine holds other bytes than its files. */
  LIVE_DIFFERS(Meaning.DIFFERENCE, "changed in memory, or files that the engine has not loaded"),
  /** A digest that an engine reports does not follow from what it reports it over. */
  ENGINE_DIGEST_WRONG(Meaning.DIFFERENCE, "an answer changed on its way, or a fault of the engine"),
  /** A running engine gave no checksums. */
  UNREACHABLE(Meaning.UNREAD, "an engine that is not up"),
  /** What a running engine answered is not an answer. */
  MALFORMED_ANSWER(Meaning.UNREAD, "not a weight checker, or one of an unknown release"),
  /** A running engine, or its files, leave it open what a tensor is. */
  NOT_CHECKED(Meaning.UNCOMPARED, "nobody looked at it"),
  /** There was nothing to compare with. */
  UNVERIFIED(Meaning.UNCOMPARED, "no other copy"),
  /** All copies are entirely zero: they are equal, and no weights. */
  ALL_ZERO(Meaning.UNCOMPARED, "weights that were never loaded or written"),

  /** Two readings of one file, or of one checkpoint, differ. */
  TRANSIENT_READ(
      Meaning.MISREAD,
      "memory, network or computation of the host that read it, or a file that is being written"),
  /** Says what was right by declaration. */
  REFERENCE(Meaning.NOTE, "declared"),
  /** Says which files are as a publisher says. */
  MANIFEST(Meaning.NOTE, "declared"),
  /** Files were to be read past the page cache, and came through it. */
  READ_THROUGH_CACHE(Meaning.NOTE, "a file system without direct I/O");

  private enum Meaning {
    DIFFERENCE(Severity.ERROR),
    UNREAD(Severity.ERROR),
    UNCOMPARED(Severity.WARNING),
    MISREAD(Severity.WARNING),
    NOTE(Severity.INFO);

    private final Severity severity;

    Meaning(Severity severity) {
      this.severity = severity;
    }
  }

  private final Meaning meaning;
  private final String cause;

  FindingKind(Meaning meaning, String cause) {
    this.meaning = meaning;
    this.cause = cause;
  }

  /** How grave a finding of this kind is. */
  public Severity severity() {
    return meaning.severity;
  }

  /** The most likely cause, where nothing else is known. */
  public String cause() {
    return cause;
  }

  /** Whether it says that copies differ, from each other or from a reference. */
  public boolean isDifference() {
    return meaning == Meaning.DIFFERENCE;
  }

  /** Whether a word of the table {@code findings} is a kind that says that copies differ. */
  static boolean isDifference(String word) {
    return Arrays.stream(values())
        .anyMatch(kind -> kind.isDifference() && kind.name().equals(word));
  }
}
