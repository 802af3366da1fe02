// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of the package is compiled with.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

// The manifest's environment is part of what SwiftPM plans a build by, so another commit compiles one C file anew. What
// it knows of git itself (Context.gitInformation) is cached and grows stale, and a plugin that reads .git would have
// every commit compile the tests anew.
/// The commit that `porxy --version` shows; packagers set it.
let commit = (Context.environment["PORXY_COMMIT"] ?? "").filter(\.isHexDigit).prefix(12)

let package = Package(
  name: "porxy",
  products: [
    .executable(name: "porxy", targets: ["porxy"])
  ],
  targets: [
    .target(name: "CPorxyLinux", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(
      name: "CPorxyPeers", dependencies: ["CPorxyLinux"], cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(
      name: "CPorxyVersion",
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"]), .define("PORXY_COMMIT", to: "\"\(commit)\"")]),
    .target(name: "PorxyCore", swiftSettings: strict),
    .target(name: "PorxyAdmin", dependencies: ["PorxyCore"], swiftSettings: strict),
    .target(name: "PorxyFaults", dependencies: ["PorxyCore"], swiftSettings: strict),
    .target(name: "PorxyRecording", dependencies: ["PorxyCore"], swiftSettings: strict),
    .target(
      name: "PorxyToxiproxy", dependencies: ["PorxyCore", "PorxyAdmin", "PorxyFaults"], swiftSettings: strict),
    .target(name: "PorxyConfiguration", dependencies: ["PorxyCore", "PorxyFaults"], swiftSettings: strict),
    .target(name: "PorxyRuntime", dependencies: ["PorxyCore", "CPorxyLinux"], swiftSettings: strict),
    .target(
      name: "PorxySocketIO", dependencies: ["PorxyCore", "PorxyRuntime", "CPorxyLinux"], swiftSettings: strict),
    // Debug builds, in which the tests run, check exclusive access; two fifths of a release build's time went there.
    .target(
      name: "PorxySimulation", dependencies: ["PorxyCore", "PorxyFaults", "PorxyRecording"],
      swiftSettings: strict + [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
      ]),
    .target(
      name: "PorxyConformance",
      dependencies: ["PorxyCore", "PorxyRuntime", "PorxySimulation", "PorxySocketIO", "CPorxyLinux", "CPorxyPeers"],
      swiftSettings: strict),
    // The binary carries the catalogue, so that `porxy simulate --catalogue` needs no checkout.
    .executableTarget(name: "embed-catalogue", swiftSettings: strict),
    .plugin(name: "EmbedCatalogue", capability: .buildTool(), dependencies: ["embed-catalogue"]),
    .target(
      name: "PorxyCatalogue", exclude: ["Catalogue"], swiftSettings: strict, plugins: ["EmbedCatalogue"]),
    .executableTarget(
      name: "porxy",
      dependencies: [
        "PorxyCore", "PorxyAdmin", "PorxyConfiguration", "PorxyFaults", "PorxyRecording", "PorxyRuntime",
        "PorxySocketIO", "PorxySimulation", "PorxyConformance", "PorxyCatalogue", "PorxyToxiproxy", "CPorxyVersion",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PorxyCoreTests", dependencies: ["PorxyCore", "TestSupport"], exclude: ["Metrics/golden.txt"],
      swiftSettings: strict),
    .testTarget(
      name: "AdminTests", dependencies: ["PorxyCore", "PorxyAdmin", "PorxySimulation", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ToxiproxyTests",
      dependencies: ["PorxyCore", "PorxyAdmin", "PorxyFaults", "PorxyToxiproxy", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ConfigurationTests", dependencies: ["PorxyCore", "PorxyConfiguration", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "PorxyCore", "PorxyFaults", "PorxyRecording", "PorxySimulation", "PorxyCatalogue", "TestSupport",
      ],
      exclude: ["Runs"], swiftSettings: strict),
    .testTarget(
      name: "LiveSocketTests",
      dependencies: [
        "PorxyCore", "PorxyAdmin", "PorxyConfiguration", "PorxyRuntime", "PorxySocketIO", "PorxySimulation",
        "PorxyConformance", "CPorxyLinux", "CPorxyPeers", "PorxyCatalogue", "porxy", "TestSupport",
      ],
      exclude: ["Views/Screens"], swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: ["PorxyCore", "PorxySimulation", "PorxyConformance", "PorxyCatalogue", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TransportContractTests",
      dependencies: [
        "PorxyCore", "PorxyFaults", "PorxyRecording", "PorxySocketIO", "PorxySimulation", "PorxyConformance",
        "CPorxyLinux", "CPorxyPeers", "TestSupport",
      ],
      swiftSettings: strict),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ]
)
