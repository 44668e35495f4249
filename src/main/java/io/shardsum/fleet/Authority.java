package io.shardsum.fleet;

/** What an engine's copy counts for when copies differ. */
public enum Authority {
  /** One vote among others. */
  PEER,
  /** Right by declaration: {@code trusted: true}. */
  REFERENCE
}
