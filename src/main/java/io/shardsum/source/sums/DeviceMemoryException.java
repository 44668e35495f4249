package io.shardsum.source.sums;

/** A GPU has no memory left, also after all that other tasks could free. */
public final class DeviceMemoryException extends DeviceException {

  private static final long serialVersionUID = 1;

  /** With one line for the user, as {@link DeviceException}. */
  public DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
