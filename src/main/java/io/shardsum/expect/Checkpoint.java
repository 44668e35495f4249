package io.shardsum.expect;

import io.shardsum.fleet.CheckpointListing;
import io.shardsum.fleet.ShardFile;
import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.SafetensorsFormatException;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A published checkpoint: its configuration, its files, and the tensors in them. No weights.
 *
 * @param tensors by name
 * @param hasQuantizationFile whether there is a {@code hf_quant_config.json}, which describes a
 *     quantization apart from the configuration
 */
public record Checkpoint(
    String directory,
    ModelConfig config,
    List<ShardFile> files,
    Map<String, SourceTensor> tensors,
    boolean hasQuantizationFile) {
  private static final String QUANTIZATION_FILE = "hf_quant_config.json";
  private static final int MAX_CONFIG_BYTES = 16 << 20;

  /** Copies files and tensors. */
  public Checkpoint {
    files = List.copyOf(files);
    tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
  }

  /**
   * Reads the configuration and the headers of all files that engines read.
   *
   * @param directory of any Hadoop file system
   * @throws io.shardsum.fleet.FleetException if it cannot be listed, or a file is not there
   * @throws ExpectException if the configuration is none, a file is not of the format, or two files
   *     hold one name
   * @throws UncheckedIOException if a file cannot be read
   */
  public static Checkpoint open(String directory, Configuration conf) {
    CheckpointListing listing = CheckpointListing.of(directory, conf);
    try {
      ModelConfig config = ModelConfig.parse(config(directory, conf));
      Path quantization = new Path(directory, QUANTIZATION_FILE);
      return new Checkpoint(
          directory,
          config,
          listing.files(),
          tensors(listing.files(), conf),
          quantization.getFileSystem(conf).exists(quantization));
    } catch (SafetensorsFormatException e) {
      throw new ExpectException(e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static byte[] config(String directory, Configuration conf) throws IOException {
    Path file = new Path(directory, ModelConfig.FILE_NAME);
    try (InputStream in = file.getFileSystem(conf).open(file)) {
      byte[] json = in.readNBytes(MAX_CONFIG_BYTES + 1);
      if (json.length > MAX_CONFIG_BYTES) {
        throw new ExpectException(
            ModelConfig.FILE_NAME + " is longer than " + MAX_CONFIG_BYTES + " bytes");
      }
      return json;
    } catch (FileNotFoundException e) {
      throw new ExpectException(
          "checkpoint " + MessageText.shown(directory) + " has no " + ModelConfig.FILE_NAME, e);
    }
  }

  private static Map<String, SourceTensor> tensors(List<ShardFile> files, Configuration conf)
      throws IOException {
    Map<String, SourceTensor> tensors = new TreeMap<>();
    List<String> names = new ArrayList<>();
    for (ShardFile file : files) {
      names.add(new Path(file.path()).getName());
      try (ByteSource source = FileBytes.open(file.path(), file.lengthBytes(), conf)) {
        SafetensorsHeader header = SafetensorsHeader.read(source);
        for (TensorEntry entry : header.tensors()) {
          SourceTensor tensor =
              new SourceTensor(
                  entry.name(),
                  entry.dtype(),
                  entry.shape(),
                  names.size() - 1,
                  names.get(names.size() - 1),
                  header.dataOffsetBytes() + entry.beginBytes());
          SourceTensor other = tensors.put(entry.name(), tensor);
          if (other != null) {
            throw new ExpectException(
                "%s is in %s and in %s: expected each name once"
                    .formatted(
                        MessageText.shown(entry.name()),
                        MessageText.shown(other.fileName()),
                        MessageText.shown(tensor.fileName())));
          }
        }
      }
    }
    return tensors;
  }
}
