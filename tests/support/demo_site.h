#pragma once

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "assessment/assess.h"
#include "content/catalogue.h"
#include "plant/simulate.h"

namespace bulkhead::test {

/// The demonstration plant's captures and its owner's model in a site folder, as long as this lives.
class DemoSite {
 public:
  explicit DemoSite(const std::string& name)
      : folder_(std::filesystem::temp_directory_path() / ("bulkhead_" + name + '_' + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    const auto plant = plant::read_plant("alder-vale-dairy");
    const auto folder = SiteFolder::open(folder_);
    EXPECT_TRUE(plant && folder);
    const auto made = plant::simulate(*plant, {1, folder_ / "plant"});
    EXPECT_TRUE(made);
    for (const auto& capture : made->captures) EXPECT_TRUE(folder->add_capture(folder_ / "plant" / capture.file));
    std::filesystem::copy_file(made->site, folder->site_file());
  }
  DemoSite(const DemoSite&) = delete;
  DemoSite& operator=(const DemoSite&) = delete;
  ~DemoSite() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path capture(const std::string& name) const { return folder_ / "plant" / name; }
  [[nodiscard]] Assessment assessed() const {
    auto result = assess(*SiteFolder::open(folder_), Catalogue{}, {});
    EXPECT_TRUE(result) << (result ? "" : result.error().place + ' ' + result.error().message);
    return result ? std::move(*result) : Assessment{};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace bulkhead::test
