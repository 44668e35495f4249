package io.shardsum.tables;

/** When a scan may take the name of one that has not ended. */
public enum TakeOver {
  /** Where it is known that its process is dead. */
  OF_THE_DEAD,
  /** Whatever is known: who asks for the scan says that the other is dead, or gives it up. */
  ALWAYS
}
