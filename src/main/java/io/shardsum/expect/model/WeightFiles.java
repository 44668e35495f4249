package io.shardsum.expect.model;

import io.shardsum.fleet.ShardFile;
import io.shardsum.safetensors.ByteSource;
import java.io.IOException;

/** Opens files of weights. */
public interface WeightFiles {

  /** An open file, safe for use by several threads. */
  interface Opened extends ByteSource {
    /**
     * Checks that the file is still what was listed and opened.
     *
     * @throws IOException if it is not, with the file's name in the message
     */
    void checkUnchanged() throws IOException;
  }

  /** Opens a file; what is wrong with it is said at the latest when it is read. */
  Opened open(ShardFile file) throws IOException;
}
