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

let package = Package(
  name: "porxy",
  products: [
    .executable(name: "porxy", targets: ["porxy"])
  ],
  targets: [
    .target(name: "CPorxyLinux", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(name: "PorxyCore", swiftSettings: strict),
    .target(name: "PorxySocketIO", dependencies: ["PorxyCore", "CPorxyLinux"], swiftSettings: strict),
    // Debug builds, in which the tests run, check exclusive access; two fifths of a release build's time went there.
    .target(
      name: "PorxySimulation", dependencies: ["PorxyCore"],
      swiftSettings: strict + [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
      ]),
    .target(
      name: "PorxyConformance", dependencies: ["PorxyCore", "PorxySimulation", "PorxySocketIO", "CPorxyLinux"],
      swiftSettings: strict),
    // The binary carries the catalogue, so that `porxy simulate --catalogue` needs no checkout.
    .executableTarget(name: "embed-catalogue", swiftSettings: strict),
    .plugin(name: "EmbedCatalogue", capability: .buildTool(), dependencies: ["embed-catalogue"]),
    .target(name: "PorxyCatalogue", swiftSettings: strict, plugins: ["EmbedCatalogue"]),
    .executableTarget(
      name: "porxy",
      dependencies: ["PorxyCore", "PorxySocketIO", "PorxySimulation", "PorxyConformance", "PorxyCatalogue"],
      swiftSettings: strict),
    .testTarget(name: "PorxyCoreTests", dependencies: ["PorxyCore"], swiftSettings: strict),
    .testTarget(
      name: "SimulationTests", dependencies: ["PorxyCore", "PorxySimulation", "PorxyCatalogue"], exclude: ["Catalogue"],
      swiftSettings: strict),
    .testTarget(
      name: "LiveSocketTests",
      dependencies: [
        "PorxyCore", "PorxySocketIO", "PorxySimulation", "PorxyConformance", "CPorxyLinux", "PorxyCatalogue",
        "porxy",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: ["PorxyCore", "PorxySimulation", "PorxyConformance", "PorxyCatalogue"],
      swiftSettings: strict),
    .testTarget(
      name: "TransportContractTests",
      dependencies: ["PorxyCore", "PorxySocketIO", "PorxySimulation", "PorxyConformance", "CPorxyLinux"],
      swiftSettings: strict),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ]
)
