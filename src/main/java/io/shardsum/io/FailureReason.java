package io.shardsum.io;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;

/**
 * Why a file system did not do what it was asked, in a few words. Hadoop's S3A connector says it in
 * several hundred characters, and calls a wrong key, a wrong secret and a missing permission the
 * same; the code of S3 is in them ("Error responses" of the Amazon S3 API Reference).
 */
public final class FailureReason {

  /** As S3A ends what it says of an answer of the store. */
  private static final Pattern ANSWER =
      Pattern.compile("Status Code: (\\d{3})[^()]*\\)(?::(\\w+))?");

  /** An answer without S3's own header {@code x-amz-request-id}. */
  private static final Pattern NOT_OF_S3 =
      Pattern.compile("Status Code: (\\d{3}), Request ID: null");

  private static final Pattern TARGET =
      Pattern.compile("Connect to (\\S+:\\d+)|Call From \\S+ to (\\S+:\\d+)");

  private static final String OTHER_REGION =
      "the bucket is in another region than fs.s3a.endpoint.region says";

  private static final String BUSY = "the store asks for fewer requests";

  private static final Map<String, String> OF_CODE =
      Map.ofEntries(
          Map.entry("InvalidAccessKeyId", "the store does not know the access key"),
          Map.entry("SignatureDoesNotMatch", "the secret key is not that of the access key"),
          Map.entry("ExpiredToken", "the session token has expired"),
          Map.entry("ExpiredTokenException", "the session token has expired"),
          Map.entry("TokenRefreshRequired", "the session token has expired"),
          Map.entry("InvalidToken", "the store does not accept the session token"),
          Map.entry("InvalidTokenId", "the store does not accept the session token"),
          Map.entry("AccessDenied", "permission denied"),
          Map.entry("AllAccessDisabled", "permission denied"),
          Map.entry("NoSuchBucket", "no such bucket"),
          Map.entry("InvalidBucketName", "not a valid name of a bucket"),
          Map.entry("PermanentRedirect", OTHER_REGION),
          Map.entry("AuthorizationHeaderMalformed", OTHER_REGION),
          Map.entry("IllegalLocationConstraintException", OTHER_REGION),
          Map.entry(
              "RequestTimeTooSkewed", "the clock of this host differs too much from the store's"),
          Map.entry("QuotaExceeded", "the store's quota is used up"),
          Map.entry("XMinioStorageFull", "the store is full"),
          Map.entry("SlowDown", BUSY),
          Map.entry("SlowDownRead", BUSY),
          Map.entry("SlowDownWrite", BUSY));

  private static final Map<String, String> OF_STATUS =
      Map.of(
          "301", OTHER_REGION, "401", "permission denied", "403", "permission denied", "503", BUSY);

  private FailureReason() {}

  /** One line, which may hold text of others: it is to be escaped where it is shown. */
  public static String of(Throwable failure) {
    List<Throwable> causes = causes(failure);
    return Stream.<Optional<String>>of(
            ofStore(causes), ofConnection(causes), ofPermission(causes), ofConnector(causes))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseGet(() -> said(failure));
  }

  /**
   * Whether something else than S3 answers at the endpoint. S3A takes its status 404 for a missing
   * file.
   */
  public static boolean isOfNoStore(Throwable failure) {
    return causes(failure).stream()
        .anyMatch(
            cause ->
                cause.getClass().getSimpleName().equals("S3Exception")
                    && NOT_OF_S3.matcher(String.valueOf(cause.getMessage())).find());
  }

  private static Optional<String> ofStore(List<Throwable> causes) {
    String all =
        causes.stream()
            .map(Throwable::getMessage)
            .map(String::valueOf)
            .collect(Collectors.joining("\n"));
    if (has(causes, "NoAuthWithAWSException") || has(causes, "NoAwsCredentialsException")) {
      return Optional.of(
          "no credentials of the store (expected in the environment or the properties file)");
    }
    if (all.contains("Could not parse XML response")) {
      return Optional.of("what answers at the endpoint is no S3 store");
    }
    Matcher other = NOT_OF_S3.matcher(all);
    if (isOfNoStore(causes.get(0)) && other.find()) {
      return Optional.of(
          "what answers at the endpoint is no S3 store (HTTP status %s)".formatted(other.group(1)));
    }
    Optional<String> ofStatus = Optional.empty();
    Matcher answers = ANSWER.matcher(all);
    while (answers.find()) {
      if (answers.group(2) != null && OF_CODE.containsKey(answers.group(2))) {
        return Optional.of(OF_CODE.get(answers.group(2)));
      }
      ofStatus = Optional.ofNullable(OF_STATUS.get(answers.group(1)));
    }
    return ofStatus;
  }

  private static Optional<String> ofConnection(List<Throwable> causes) {
    Throwable last = causes.get(causes.size() - 1);
    if (last instanceof UnknownHostException) {
      return Optional.of("no such host: " + last.getMessage());
    }
    if (last instanceof ConnectException || last instanceof NoRouteToHostException) {
      Optional<String> target =
          causes.stream()
              .map(cause -> TARGET.matcher(String.valueOf(cause.getMessage())))
              .filter(Matcher::find)
              .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
              .findFirst();
      return Optional.of(
          target.map(to -> "no connection to " + to + ": ").orElse("no connection: ")
              + lowerFirst(last.getMessage()));
    }
    if (last instanceof SSLException) {
      return Optional.of("no TLS connection: " + last.getMessage());
    }
    return last instanceof SocketTimeoutException
        ? Optional.of("no answer in time: " + last.getMessage())
        : Optional.empty();
  }

  private static Optional<String> ofPermission(List<Throwable> causes) {
    return causes.stream()
            .anyMatch(
                c -> c instanceof AccessDeniedException || c instanceof AccessControlException)
        ? Optional.of("permission denied")
        : Optional.empty();
  }

  private static Optional<String> ofConnector(List<Throwable> causes) {
    return causes.stream()
            .anyMatch(
                c ->
                    c instanceof UnsupportedFileSystemException
                        || c instanceof ClassNotFoundException)
        ? Optional.of(
            "no connector for this file system on the class path (--packages brings one): "
                + causes.get(0).getMessage())
        : Optional.empty();
  }

  /** The kind and message of an exception. */
  private static String said(Throwable failure) {
    String kind = failure.getClass().getSimpleName();
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return kind;
    }
    return failure.getClass() == IOException.class
        ? message.strip()
        : kind + ": " + message.strip();
  }

  private static boolean has(List<Throwable> causes, String kind) {
    return causes.stream().anyMatch(cause -> cause.getClass().getSimpleName().equals(kind));
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = failure;
        cause != null && !causes.contains(cause);
        cause = cause.getCause()) {
      causes.add(cause);
    }
    return causes;
  }

  private static String lowerFirst(String text) {
    return text == null || text.isEmpty()
        ? "refused"
        : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }
}
