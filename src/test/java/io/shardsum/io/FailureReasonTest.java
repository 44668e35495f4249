package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of Hadoop 3.4.2's S3A connector, as MinIO made it say them. */
class FailureReasonTest {

  @ParameterizedTest
  @CsvSource({
    "403, InvalidAccessKeyId, the store does not know the access key",
    "403, SignatureDoesNotMatch, the secret key is not that of the access key",
    "403, InvalidTokenId, the store does not accept the session token",
    "400, ExpiredToken, the session token has expired",
    "403, AccessDenied, permission denied",
    "403, null, permission denied",
    "404, NoSuchBucket, no such bucket",
    "301, PermanentRedirect, the bucket is in another region than fs.s3a.endpoint.region says",
    "503, SlowDown, the store asks for fewer requests"
  })
  void saysWhatTheStoreAnswered(int status, String code, String reason) {
    IOException failure =
        new AccessDeniedException(
            "s3a://weights/chat-a",
            null,
            "listObjects() on s3a://weights/chat-a: software.amazon.awssdk.services.s3.model.S3Exception:"
                + " As the store says it. (Service: S3, Status Code: %s, Request ID: 18EC7496B29D8F7C,"
                    .formatted(status)
                + " Extended Request ID: ecbcbefe):"
                + code);

    assertThat(FailureReason.of(failure)).isEqualTo(reason);
  }

  @Test
  void takesNoNameForACode() {
    assertThat(FailureReason.of(new IOException("Cannot move /models/a):InvalidAccessKeyId")))
        .isEqualTo("Cannot move /models/a):InvalidAccessKeyId");
  }

  @Test
  void saysThatThereAreNoCredentials() {
    assertThat(FailureReason.of(new NoAuthWithAWSException("No AWS Credentials provided by ...")))
        .isEqualTo(
            "no credentials of the store (expected in the environment or the properties file)");
  }

  @Test
  void saysThatSomethingElseAnswers() {
    FileNotFoundException failure =
        new FileNotFoundException("listObjects() on s3a://weights/chat-a");
    failure.initCause(new S3Exception("(Service: S3, Status Code: 404, Request ID: null)"));

    assertThat(FailureReason.isOfNoStore(failure)).isTrue();
    assertThat(FailureReason.of(failure))
        .isEqualTo("what answers at the endpoint is no S3 store (HTTP status 404)");
    assertThat(FailureReason.isOfNoStore(new FileNotFoundException("gone"))).isFalse();
  }

  @Test
  void saysWhereNobodyListens() {
    ConnectException s3a =
        new ConnectException(
            "listObjects(): Connect to 127.0.0.1:1 [/127.0.0.1] failed: Connection refused");
    s3a.initCause(new ConnectException("Connection refused"));
    ConnectException hdfs =
        new ConnectException(
            "Call From driver/10.0.0.1 to namenode:8020 failed on connection exception");
    hdfs.initCause(new ConnectException("Connection refused"));

    assertThat(FailureReason.of(s3a)).isEqualTo("no connection to 127.0.0.1:1: connection refused");
    assertThat(FailureReason.of(hdfs))
        .isEqualTo("no connection to namenode:8020: connection refused");
    assertThat(FailureReason.of(new IOException("x", new UnknownHostException("minio.example"))))
        .isEqualTo("no such host: minio.example");
  }

  /** Of the connector, which is not on this class path: the kind is known by its name. */
  private static final class NoAuthWithAWSException extends IOException {
    private static final long serialVersionUID = 1;

    NoAuthWithAWSException(String message) {
      super(message);
    }
  }

  /** Of the AWS SDK, as above. */
  private static final class S3Exception extends RuntimeException {
    private static final long serialVersionUID = 1;

    S3Exception(String message) {
      super(message);
    }
  }
}
