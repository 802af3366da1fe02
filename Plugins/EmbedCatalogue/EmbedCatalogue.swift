import Foundation
import PackagePlugin

/// Before PorxyCatalogue is built, turns the catalogue's scenario files into a source file, so that the binary carries
/// them.
@main
struct EmbedCatalogue: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "Sources/PorxyCatalogue/Catalogue")
    let output = context.pluginWorkDirectoryURL.appending(path: "CatalogueFile+All.swift")
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    let scenarios = names.filter { $0.hasSuffix(".scenario") }.sorted()
    return [
      .buildCommand(
        displayName: "Embedding the catalogue of scenarios", executable: try context.tool(named: "embed-catalogue").url,
        arguments: [output.path, folder.path] + scenarios, inputFiles: scenarios.map { folder.appending(path: $0) },
        outputFiles: [output])
    ]
  }
}
