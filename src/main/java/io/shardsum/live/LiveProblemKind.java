package io.shardsum.live;

/** What can be wrong with the answer of a running engine, by itself. */
public enum LiveProblemKind {
  /** No checksums were to be had: no connection, no time, no right, or a failure of the engine. */
  UNREACHABLE,
  /** Something was answered that is not what such an engine answers. */
  MALFORMED_ANSWER,
  /** A digest that the engine reports does not follow from what it reports it over. */
  ENGINE_DIGEST_WRONG,
  /** Ranks of the engine that its answer does not cover. */
  NOT_CHECKED
}
