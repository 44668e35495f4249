package io.shardsum.scan.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class LocalFilesTest {

  private static final String DRIVER = "driver.example";

  @Test
  void trustsWhatTheDriversHostHasRead() throws Exception {
    assertThat(LocalFiles.readElsewhere(DRIVER, DRIVER)).isEmpty();
    assertThat(LocalFiles.readElsewhere("127.0.0.1", DRIVER)).isEmpty();
    assertThat(LocalFiles.readElsewhere(InetAddress.getLocalHost().getHostName(), DRIVER))
        .isEmpty();
  }

  @Test
  void checksNothingThatAnotherHostHasRead() {
    assertThat(LocalFiles.readElsewhere("host-b.invalid", DRIVER))
        .contains(
            "local files were listed on driver.example and read on host-b.invalid, which may have"
                + " other files at these paths; set 'shared: true' (--shared) if all hosts see the"
                + " same files");
  }
}
