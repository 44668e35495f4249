package io.shardsum.scan.files;

/** A GPU summed a chunk to something else than the CPU did: no result of the scan counts. */
public final class SumsDifferException extends RuntimeException {

  private static final long serialVersionUID = 1;

  SumsDifferException(String message, Throwable cause) {
    super(message, cause);
  }
}
