package io.shardsum.live;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** HTTP clients by the certificates that they trust. None of them follows a redirect. */
final class TrustedClients {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final Executor executor;
  private final Map<Optional<Path>, HttpClient> clients = new HashMap<>();

  TrustedClients(Executor executor) {
    this.executor = executor;
  }

  /**
   * The client that trusts the certificates in a file, or those that Java brings.
   *
   * @throws IOException if the file cannot be read, or holds no certificate
   */
  synchronized HttpClient client(Optional<Path> caFile) throws IOException {
    HttpClient known = clients.get(caFile);
    if (known != null) {
      return known;
    }
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(executor);
    if (caFile.isPresent()) {
      builder.sslContext(trusting(caFile.get()));
    }
    HttpClient client = builder.build();
    clients.put(caFile, client);
    return client;
  }

  private static SSLContext trusting(Path caFile) throws IOException {
    try (InputStream pem = Files.newInputStream(caFile)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry(Integer.toString(trusted.size()), certificate);
      }
      if (trusted.size() == 0) {
        throw new IOException("it holds no certificate");
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
