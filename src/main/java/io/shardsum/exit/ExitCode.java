package io.shardsum.exit;

/** How a command ends. */
public enum ExitCode {
  /** Everything was checked, and all copies are equal. */
  EQUAL(0),
  /** A fault of the job itself: its results, if there are any, do not count. */
  FAULT(1),
  /** Wrong arguments, or a wrong description of the fleet. */
  USAGE(2),
  /** Copies differ. */
  DIFFERENT(3),
  /** No copies differ, but not everything could be checked. */
  INCOMPLETE(4);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /** As the shell has it. */
  public int number() {
    return number;
  }
}
