package io.shardsum.live;

import io.shardsum.fleet.Endpoint;
import io.shardsum.text.ForeignText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Why a server gave no answer: in a sentence, with its cause, and whether to ask again. */
record ConnectionFailure(LiveProblemKind kind, String cause, String detail, Again again) {

  /** Whether another request makes sense. */
  enum Again {
    SENSIBLE,
    POINTLESS
  }

  private static final int MESSAGE_CODE_POINTS = 200;

  static ConnectionFailure of(Throwable failure, Endpoint endpoint, Secret secret) {
    Throwable root = failure;
    while (root instanceof CompletionException && root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof AnswerLimit.TooLongException) {
      return new ConnectionFailure(
          LiveProblemKind.MALFORMED_ANSWER,
          "not an answer of a weight checker, or one of a release that Shardsum does not know",
          AnswerReader.CANNOT + root.getMessage(),
          Again.POINTLESS);
    }
    if (root instanceof HttpConnectTimeoutException) {
      return unreachable(
          "a host that is down, or a firewall", "the connection timed out", Again.SENSIBLE);
    }
    if (root instanceof TimeoutException || root instanceof HttpTimeoutException) {
      return unreachable(
          "a busy engine, or a rank that failed and left the others waiting",
          "no complete answer within " + seconds(endpoint) + " s",
          Again.POINTLESS);
    }
    String said = said(root, secret);
    if (hasCause(root, SSLException.class)) {
      return unreachable(
          "a certificate that is not trusted here, or no TLS at this port",
          "no TLS connection" + said + hint(root),
          Again.POINTLESS);
    }
    if (hasCause(root, UnresolvedAddressException.class)
        || hasCause(root, UnknownHostException.class)) {
      return unreachable(
          "a name that cannot be resolved", "the host name does not resolve", Again.SENSIBLE);
    }
    if (hasCause(root, ConnectException.class)) {
      return unreachable("an engine that is not up", "the connection was refused", Again.SENSIBLE);
    }
    if (root instanceof IOException) {
      return unreachable(
          "a connection that was cut", "the answer broke off" + said, Again.SENSIBLE);
    }
    return unreachable(
        "unknown",
        "the request failed: " + root.getClass().getSimpleName() + said,
        Again.POINTLESS);
  }

  /** What helps where nobody vouches for the certificate. */
  private static String hint(Throwable failure) {
    return hasCause(failure, CertPathBuilderException.class)
        ? "; ca_file names a file of certificates to trust"
        : "";
  }

  private static String seconds(Endpoint endpoint) {
    long millis = endpoint.timeout().toMillis();
    return millis % 1_000 == 0 ? Long.toString(millis / 1_000) : Double.toString(millis / 1e3);
  }

  private static ConnectionFailure unreachable(String cause, String detail, Again again) {
    return new ConnectionFailure(LiveProblemKind.UNREACHABLE, cause, detail, again);
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static String said(Throwable failure, Secret secret) {
    String message = failure.getMessage();
    return message == null
        ? ""
        : ": " + ForeignText.beginning(secret.blotted(message), MESSAGE_CODE_POINTS);
  }

  LiveProblem problem() {
    return LiveProblem.of(kind, cause, detail);
  }
}
