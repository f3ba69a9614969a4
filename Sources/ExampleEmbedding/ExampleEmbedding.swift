import Foundation
import PackagePlugin

/// Puts the circuits of `Examples/circuits` into the command, as Swift source that the build makes.
@main struct ExampleEmbedding: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "Examples/circuits")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    )
    .filter { ["qasm", "stim"].contains($0.pathExtension) }
    .sorted { $0.lastPathComponent < $1.lastPathComponent }
    let output = context.pluginWorkDirectoryURL.appending(path: "ExampleFiles.swift")
    return [
      .buildCommand(
        displayName: "Embedding the example circuits",
        executable: try context.tool(named: "ExampleEmbedder").url,
        arguments: [output.path] + files.map(\.path), inputFiles: files, outputFiles: [output])
    ]
  }
}
