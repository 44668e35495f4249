package io.shardsum.live;

/** An answer that cannot be read; the message says where and what was expected. */
final class MalformedAnswerException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedAnswerException(String message) {
    super(message);
  }
}
