package io.shardsum.tables;

import java.util.Locale;

/** The statements of the reduce: files under {@code /sql}. */
public enum SqlStage {
  WHOLE,
  MERGED,
  CHUNKS,
  TENSORS,
  RANKS,
  ENGINES,
  FORMS;

  /** The statement, whose inputs are to be bound. */
  public Query query() {
    return Query.of(word());
  }

  /** The statement's name: of its file, and in messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
