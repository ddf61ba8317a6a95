// The pairs that cannot run: networks whose feature maps or weights a chip's memories do not hold.
#pragma once

#include <map>
#include <set>
#include <string>

namespace presil::test {

/// By network: the chips that refuse it, each with "does not fit".
inline const std::map<std::string, std::set<std::string>> refusals = {
    {"mobilenet_v2(alpha=0.35,resolution=96)", {"disco-f746ng", "ek-ra6m4", "max78000"}},
    {"coral_mobilenet_quant_v1_224_head_layers", {"max78000"}},
    {"coral_mobilenet_v1_0.25_128_quant", {"max78000"}},
    {"coral_mobilenet_v1_1.0_224_quant_embedding_extractor",
     {"disco-f746ng", "ek-ra6m4", "gap9", "hypothetical_mcu", "max78000", "max78002", "mcxn947", "nucleo-h7a3zi",
      "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32f769", "stm32h743", "stm32u585"}},
    {"coral_movenet_single_pose_lightning_ptq",
     {"disco-f746ng", "ek-ra6m4", "gap9", "hypothetical_mcu", "max78000", "mcxn947", "nucleo-h7a3zi", "nucleo-l4r5zi",
      "nucleo-l4r5zi-tflm", "stm32f769", "stm32h743", "stm32u585"}},
    {"coral_tf2_mobilenet_v2_1.0_224_ptq",
     {"disco-f746ng", "ek-ra6m4", "gap9", "hypothetical_mcu", "max78000", "max78002", "mcxn947", "nucleo-h7a3zi",
      "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32f769", "stm32h743", "stm32u585"}},
    {"n6bench_baseline_conv2d_64f_3x3_int8__rebuilt", {"ek-ra6m4"}},
    {"st_ic_flowers_fdmobilenet_0.25_224_tfs_int8__rebuilt", {"ek-ra6m4"}},
    {"st_ic_flowers_mobilenet_v1_0.25_224_fft_int8__rebuilt", {"ek-ra6m4"}},
    {"st_ic_flowers_mobilenet_v1_0.5_224_fft_int8__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "max78000", "mcxn947", "nucleo-l4r5zi-tflm"}},
    {"st_ic_flowers_mobilenet_v2_0.35_128_fft_int8__rebuilt", {"ek-ra6m4"}},
    {"st_ic_flowers_mobilenet_v2_0.35_224_fft_int8__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "max78000", "mcxn947", "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32h743"}},
    {"st_ic_flowers_st_efficientnet_lc_v1_128_tfs_int8__rebuilt", {"max78000"}},
    {"st_ic_food-101_fdmobilenet_0.25_224_tfs_int8__rebuilt", {"ek-ra6m4"}},
    {"st_ic_food-101_mobilenet_v1_0.25_224_fft_int8__rebuilt", {"ek-ra6m4"}},
    {"st_ic_food-101_mobilenet_v1_0.5_224_fft_int8__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "max78000", "mcxn947", "nucleo-l4r5zi-tflm"}},
    {"st_ic_food-101_mobilenet_v2_0.35_128_fft_int8__rebuilt", {"ek-ra6m4", "max78000"}},
    {"st_ic_food-101_mobilenet_v2_0.35_224_fft_int8__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "max78000", "mcxn947", "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32h743"}},
    {"st_ic_food-101_st_efficientnet_lc_v1_128_tfs_int8__rebuilt", {"max78000"}},
    {"st_od_coco_2017_person_ssd_mobilenet_v2_fpnlite_035_192_int8__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "max78000", "mcxn947", "nucleo-l4r5zi-tflm"}},
    {"st_od_coco_2017_person_ssd_mobilenet_v2_fpnlite_035_224_int8__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "max78000", "mcxn947", "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32h743"}},
    {"st_od_coco_2017_person_ssd_mobilenet_v2_fpnlite_035_416_int8__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "hypothetical_mcu", "max78000", "max78002", "mcxn947", "nucleo-h7a3zi",
      "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32h743", "stm32u585"}},
    {"st_od_coco_2017_person_st_ssd_mobilenet_v1_025_192_int8__rebuilt", {"ek-ra6m4", "max78000"}},
    {"st_od_coco_2017_person_st_ssd_mobilenet_v1_025_224_int8__rebuilt", {"ek-ra6m4", "max78000"}},
    {"stn6app_st_movenet_lightning_heatmaps_192_int8_pc__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "hypothetical_mcu", "max78000", "max78002", "mcxn947", "nucleo-h7a3zi",
      "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32f769", "stm32h743", "stm32u585"}},
    {"syn_mobilenet_v1_0.25_160_1000__rebuilt", {"max78000"}},
    {"syn_mobilenet_v1_1.0_224_fft_101__rebuilt",
     {"disco-f746ng", "ek-ra6m4", "gap9", "hypothetical_mcu", "max78000", "max78002", "mcxn947", "nucleo-h7a3zi",
      "nucleo-l4r5zi", "nucleo-l4r5zi-tflm", "stm32f769", "stm32h743", "stm32u585"}},
};

}  // namespace presil::test
