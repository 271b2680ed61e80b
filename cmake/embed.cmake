# embed_content(TARGET): builds the text files of content/ into TARGET. A new top-level folder or file is noticed at the next
# configure, a changed file at the next build.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
function(embed_content target)
  set(root ${CMAKE_SOURCE_DIR}/content)
  set(output ${CMAKE_BINARY_DIR}/embedded)
  set(patterns)
  foreach(kind yml md json html css js svg txt csv)
    list(APPEND patterns ${root}/*.${kind})
  endforeach()
  file(GLOB_RECURSE names CONFIGURE_DEPENDS RELATIVE ${root} ${patterns})
  set(sources ${output}/index.cpp)
  foreach(name IN LISTS names)
    if(name MATCHES "^([^/]+)/")
      list(APPEND sources ${output}/${CMAKE_MATCH_1}.cpp)
    else()
      list(APPEND sources ${output}/root.cpp)
    endif()
  endforeach()
  list(REMOVE_DUPLICATES sources)
  list(TRANSFORM names PREPEND ${root}/ OUTPUT_VARIABLE files)
  add_custom_command(OUTPUT ${output}/stamp BYPRODUCTS ${sources}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_content.py ${root} ${output} ${names}
    COMMAND ${CMAKE_COMMAND} -E touch ${output}/stamp
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/tools/embed_content.py VERBATIM)
  set_source_files_properties(${sources} PROPERTIES GENERATED ON OBJECT_DEPENDS ${output}/stamp)
  target_sources(${target} PRIVATE ${sources})
endfunction()
