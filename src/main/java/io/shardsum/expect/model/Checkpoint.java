package io.shardsum.expect.model;

import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.fleet.CheckpointListing;
import io.shardsum.fleet.JsonFile;
import io.shardsum.io.ListedFile;
import io.shardsum.io.Shard;
import io.shardsum.io.ShardOpener;
import io.shardsum.safetensors.SafetensorsFormatException;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;
import io.shardsum.text.ForeignText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A published checkpoint: its configuration, its files, and the tensors in them. No weights.
 *
 * @param tensors by name
 * @param unread tensors in other files of the directory, at which vLLM looks for what config.json
 *     does not say; of other engines none
 * @param hasMistralConfig whether there are a {@code params.json} and {@code consolidated} files,
 *     so that vLLM leaves the configuration aside
 * @param hasQuantizationFile whether there is a {@code hf_quant_config.json}, which describes a
 *     quantization apart from the configuration
 */
public record Checkpoint(
    String directory,
    ModelConfig config,
    List<ListedFile> files,
    Map<String, SourceTensor> tensors,
    List<SourceTensor> unread,
    boolean hasMistralConfig,
    boolean hasQuantizationFile) {
  private static final String QUANTIZATION_FILE = "hf_quant_config.json";
  private static final String MISTRAL_CONFIG = "params.json";
  private static final int MAX_CONFIG_BYTES = 16 << 20;

  /** Copies files and tensors. */
  public Checkpoint {
    files = List.copyOf(files);
    unread = List.copyOf(unread);
    tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
  }

  /**
   * Reads the configuration and the headers of all files that engines read.
   *
   * @param directory of any Hadoop file system
   * @param setup the engine, which decides what it reads
   * @param opener reads the headers
   * @throws io.shardsum.fleet.FleetException if it cannot be listed, or a file is not there
   * @throws ExpectException if the configuration is none, a file is not of the format, or two files
   *     hold one name
   * @throws UncheckedIOException if a file cannot be read
   */
  public static Checkpoint open(
      String directory, EngineSetup setup, Configuration conf, ShardOpener opener) {
    CheckpointListing listing = CheckpointListing.of(directory, choice(setup), conf);
    try {
      ModelConfig config = ModelConfig.parse(config(directory, conf));
      Path quantization = new Path(directory, QUANTIZATION_FILE);
      return new Checkpoint(
          directory,
          config,
          listing.files(),
          tensors(listing.files(), opener),
          looksAtAll(setup, config) ? unread(listing.others(), opener) : List.of(),
          listing.hasConsolidated() && exists(new Path(directory, MISTRAL_CONFIG), conf),
          exists(quantization, conf));
    } catch (SafetensorsFormatException e) {
      throw new ExpectException(e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static CheckpointListing.Choice choice(EngineSetup setup) {
    if (setup.release() == EngineRelease.SGLANG_0_5_23) {
      return CheckpointListing.Choice.MODEL_OF_PAIR;
    }
    return "safetensors".equals(setup.settings().get("load-format"))
        ? CheckpointListing.Choice.ALL
        : CheckpointListing.Choice.CONSOLIDATED_FIRST;
  }

  private static boolean looksAtAll(EngineSetup setup, ModelConfig config) {
    return setup.release() == EngineRelease.VLLM_0_32
        && (config.flag("tie_word_embeddings")
            || (!config.has("dtype") && !config.has("torch_dtype")));
  }

  private static boolean exists(Path file, Configuration conf) throws IOException {
    return file.getFileSystem(conf).exists(file);
  }

  /** The tensors of all files in the directory. */
  public Stream<SourceTensor> allTensors() {
    return Stream.concat(tensors.values().stream(), unread.stream());
  }

  private static byte[] config(String directory, Configuration conf) throws IOException {
    Path file = new Path(directory, ModelConfig.FILE_NAME);
    JsonFile.insteadOfFile(file, conf)
        .ifPresent(
            other -> {
              throw new ExpectException(
                  "checkpoint %s: %s is %s, not a file"
                      .formatted(ForeignText.shown(directory), ModelConfig.FILE_NAME, other));
            });
    try (InputStream in = file.getFileSystem(conf).open(file)) {
      byte[] json = in.readNBytes(MAX_CONFIG_BYTES + 1);
      if (json.length > MAX_CONFIG_BYTES) {
        throw new ExpectException(
            ModelConfig.FILE_NAME + " is longer than " + MAX_CONFIG_BYTES + " bytes");
      }
      return json;
    } catch (FileNotFoundException e) {
      throw new ExpectException(
          "checkpoint " + ForeignText.shown(directory) + " has no " + ModelConfig.FILE_NAME, e);
    }
  }

  private static Map<String, SourceTensor> tensors(List<ListedFile> files, ShardOpener opener)
      throws IOException {
    Map<String, SourceTensor> tensors = new TreeMap<>();
    for (int file = 0; file < files.size(); file++) {
      for (SourceTensor tensor : tensors(file, files.get(file), opener)) {
        SourceTensor other = tensors.put(tensor.name(), tensor);
        if (other != null) {
          throw new ExpectException(
              "%s is in %s and in %s: expected each name once"
                  .formatted(
                      ForeignText.shown(tensor.name()),
                      ForeignText.shown(other.fileName()),
                      ForeignText.shown(tensor.fileName())));
        }
      }
    }
    return tensors;
  }

  private static List<SourceTensor> unread(List<ListedFile> files, ShardOpener opener)
      throws IOException {
    List<SourceTensor> tensors = new ArrayList<>();
    for (ListedFile file : files) {
      tensors.addAll(tensors(-1, file, opener));
    }
    return tensors;
  }

  private static List<SourceTensor> tensors(int number, ListedFile file, ShardOpener opener)
      throws IOException {
    String fileName = new Path(file.path()).getName();
    try (Shard shard = opener.open(file)) {
      SafetensorsHeader header = shard.header();
      List<SourceTensor> tensors = new ArrayList<>();
      for (TensorEntry entry : header.tensors()) {
        tensors.add(
            new SourceTensor(
                entry.name(),
                entry.dtype(),
                entry.shape(),
                number,
                fileName,
                header.dataOffsetBytes() + entry.beginBytes()));
      }
      return tensors;
    }
  }
}
